using System.Numerics;

namespace Enlarger.Imaging.Bmp;

/// <summary>Takes one channel out of a pixel of 16 or 32 bits and makes 8 bits of it.</summary>
internal readonly struct BmpMask
{
    // Wider channels, as in 10-10-10 pictures, are computed; narrower ones looked up.
    private const int TableBitsMax = 8;

    private readonly uint _mask;
    private readonly int _shift;
    private readonly ulong _max;
    private readonly byte[]? _table;

    public BmpMask(uint mask)
    {
        _mask = mask;
        _shift = mask == 0 ? 0 : BitOperations.TrailingZeroCount(mask);
        _max = mask >> _shift;
        if ((_max & (_max + 1)) != 0)
        {
            // A mask with holes.
            throw BmpHeader.Damaged();
        }

        if (_max is > 0 and < 1 << TableBitsMax)
        {
            _table = new byte[_max + 1];
            for (ulong value = 0; value <= _max; value++)
            {
                _table[value] = Scale(value);
            }
        }
    }

    /// <summary>The channel, 0 to 255; 0 where the mask is empty.</summary>
    public byte Take(uint pixel)
    {
        var value = (pixel & _mask) >> _shift;
        return _table is not null ? _table[value] : Scale(value);
    }

    private byte Scale(ulong value) => _max == 0 ? (byte)0 : (byte)((value * 255 + _max / 2) / _max);
}
