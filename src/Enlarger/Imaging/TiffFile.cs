using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>
/// Numbers and bytes in a directory of a TIFF structure, classic or BigTIFF (TIFF 6.0, section 2). Nothing is trusted:
/// what lies outside of the bytes is not there.
/// </summary>
internal readonly ref struct TiffFile
{
    private const int BytesMin = 8;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _isLittle;
    private readonly bool _isBig;
    private readonly ulong _directory;

    private TiffFile(ReadOnlySpan<byte> bytes, bool isLittle, bool isBig, ulong directory)
    {
        _bytes = bytes;
        _isLittle = isLittle;
        _isBig = isBig;
        _directory = directory;
    }

    /// <summary>The first directory; false where the bytes do not begin like a TIFF structure.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out TiffFile file)
    {
        file = default;
        var isClassic = bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8);
        var isBig = bytes.StartsWith("II+\0"u8) || bytes.StartsWith("MM\0+"u8);
        if (!isClassic && !isBig || bytes.Length < (isBig ? 2 * BytesMin : BytesMin))
        {
            return false;
        }

        var header = new TiffFile(bytes, bytes[0] == 'I', isBig, 0);
        file = header.At(isBig ? header.Read(8, 8) : header.Read(4, 4));
        return true;
    }

    /// <summary>Another directory of the same file.</summary>
    public TiffFile At(ulong directory) => new(_bytes, _isLittle, _isBig, directory);

    /// <summary>The first number of a field of whole numbers; null where there is none.</summary>
    public ulong? Number(ushort tag) => Numbers(tag) is [var first, ..] ? first : null;

    /// <summary>The numbers of a field, at most 64; none where there is no such field.</summary>
    public ulong[] Numbers(ushort tag)
    {
        const int countMax = 64;
        var (data, size) = Find(tag);
        if (size is not (1 or 2 or 4 or 8))
        {
            return [];
        }

        var numbers = new ulong[Math.Min(data.Length / size, countMax)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Read(data.Start + (ulong)(i * size), size);
        }

        return numbers;
    }

    /// <summary>The bytes of a field; none where there is none.</summary>
    public ReadOnlySpan<byte> Bytes(ushort tag)
    {
        var (data, _) = Find(tag);
        return _bytes.Slice((int)data.Start, data.Length);
    }

    /// <summary>Where the data of a field lies, and the bytes of one of its numbers; 0 where there is none.</summary>
    public ((ulong Start, int Length) Data, int Size) Find(ushort tag)
    {
        var (countBytes, entryBytes, offsetBytes) = _isBig ? (8, 20, 8) : (2, 12, 4);
        var limit = (ulong)_bytes.Length;
        if (_directory > limit || limit - _directory < (ulong)countBytes)
        {
            return default;
        }

        var count = Read(_directory, countBytes);
        var at = _directory + (ulong)countBytes;
        for (ulong i = 0; i < count && at + (ulong)entryBytes <= limit; i++, at += (ulong)entryBytes)
        {
            if (Read(at, 2) != tag)
            {
                continue;
            }

            // Types of TIFF 6.0 and BigTIFF; fractions and real numbers are not asked for.
            var size = Read(at + 2, 2) switch
            {
                1 or 2 or 6 or 7 => 1,
                3 or 8 => 2,
                4 or 9 or 13 => 4,
                16 or 17 or 18 => 8,
                _ => 0,
            };
            var values = Read(at + 4, offsetBytes);
            var inPlace = at + 4 + (ulong)offsetBytes;
            if (size == 0 || values > limit / (ulong)size)
            {
                return default;
            }

            var length = (int)values * size;
            var start = length <= offsetBytes ? inPlace : Read(inPlace, offsetBytes);
            return start <= limit - (ulong)length ? ((start, length), size) : default;
        }

        return default;
    }

    private ulong Read(ulong at, int size)
    {
        var bytes = _bytes.Slice((int)at, size);
        return (size, _isLittle) switch
        {
            (1, _) => bytes[0],
            (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            (_, false) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
    }
}
