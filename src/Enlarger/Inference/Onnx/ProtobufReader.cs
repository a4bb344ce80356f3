using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Enlarger.Inference.Onnx;

/// <summary>
/// Reads the fields of one message in the wire format of Protocol Buffers, without copying. Lengths in the file are
/// checked against the remaining bytes before they are used.
/// </summary>
/// <param name="message">The bytes of the message, without its length prefix.</param>
/// <param name="offset">Where the message starts in the file, for error messages.</param>
/// <remarks>Source: https://protobuf.dev/programming-guides/encoding/</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int offset = 0)
{
    private const int VarintBytesMax = 10;

    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _offset = offset;
    private int _position;
    private WireType _wire;
    private ulong _number;
    private ReadOnlySpan<byte> _bytes;

    // Groups (3 and 4) were deprecated before ONNX was made.
    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field, skipping the current one if it was not read; false at the end.</summary>
    public bool Next()
    {
        if (_position == _message.Length)
        {
            return false;
        }

        var tag = ReadVarint();
        if (tag >> 3 is 0 or > int.MaxValue)
        {
            throw Damaged("a field has an impossible number");
        }

        Field = (int)(tag >> 3);
        _wire = (WireType)(tag & 7);
        switch (_wire)
        {
            case WireType.Varint:
                _number = ReadVarint();
                break;
            case WireType.Fixed64:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case WireType.Bytes:
                _bytes = Take(ReadVarint());
                break;
            case WireType.Fixed32:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw Damaged("a field has an unknown wire type");
        }

        return true;
    }

    /// <summary>The current field as int32, int64, bool or enum.</summary>
    public readonly long Integer()
    {
        Expect(WireType.Varint);
        return (long)_number;
    }

    /// <summary>The current field as float.</summary>
    public readonly float Single()
    {
        Expect(WireType.Fixed32);
        return BitConverter.UInt32BitsToSingle((uint)_number);
    }

    /// <summary>The current field as bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes()
    {
        Expect(WireType.Bytes);
        return _bytes;
    }

    /// <summary>The current field as a string.</summary>
    public readonly string Text()
    {
        var bytes = Bytes();
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Damaged("a text is not UTF-8");
    }

    /// <summary>A reader of the message that the current field holds.</summary>
    public readonly ProtobufReader Message() => new(Bytes(), _offset + _position - _bytes.Length);

    /// <summary>Appends the current field of a repeated int32 or int64, packed or not.</summary>
    public readonly void AppendTo(List<long> integers)
    {
        if (_wire == WireType.Varint)
        {
            integers.Add((long)_number);
            return;
        }

        var packed = Message();
        while (packed._position < packed._message.Length)
        {
            integers.Add((long)packed.ReadVarint());
        }
    }

    /// <summary>Appends the current field of a repeated float, packed or not.</summary>
    public readonly void AppendTo(List<float> floats)
    {
        if (_wire == WireType.Fixed32)
        {
            floats.Add(Single());
            return;
        }

        var packed = Message();
        while (packed._position < packed._message.Length)
        {
            floats.Add(BinaryPrimitives.ReadSingleLittleEndian(packed.Take(sizeof(float))));
        }
    }

    /// <summary>Appends the current field of a repeated double, packed or not, rounded to float.</summary>
    public readonly void AppendDoublesTo(List<float> floats)
    {
        if (_wire == WireType.Fixed64)
        {
            floats.Add((float)BitConverter.UInt64BitsToDouble(_number));
            return;
        }

        var packed = Message();
        while (packed._position < packed._message.Length)
        {
            floats.Add((float)BinaryPrimitives.ReadDoubleLittleEndian(packed.Take(sizeof(double))));
        }
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var i = 0; i < VarintBytesMax; i++)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number is too long");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _position))
        {
            throw Damaged("a field reaches beyond the end of its message");
        }

        var taken = _message.Slice(_position, (int)length);
        _position += taken.Length;
        return taken;
    }

    private readonly void Expect(WireType wire)
    {
        if (_wire != wire)
        {
            throw Damaged("a field has another type than in the ONNX standard");
        }
    }

    private readonly ModelException Damaged(string how) =>
        new($"The file is no ONNX model, or is damaged: {how} at byte {_offset + _position}.");
}
