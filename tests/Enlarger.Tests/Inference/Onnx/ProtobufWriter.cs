using System.Buffers.Binary;
using System.Text;

namespace Enlarger.Tests.Inference.Onnx;

/// <summary>Writes one message in the wire format of Protocol Buffers, field by field, right or wrong.</summary>
internal sealed class ProtobufWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtobufWriter Integer(int field, long value) => Tag(field, 0).Varint((ulong)value);

    public ProtobufWriter Single(int field, float value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Tag(field, 5).Raw(bytes);
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value) =>
        Tag(field, 2).Varint((ulong)value.Length).Raw(value);

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value.ToArray());

    public ProtobufWriter Packed(int field, IEnumerable<long> values)
    {
        var packed = new ProtobufWriter();
        foreach (var value in values)
        {
            packed.Varint((ulong)value);
        }

        return Message(field, packed);
    }

    public ProtobufWriter Packed(int field, ReadOnlySpan<float> values)
    {
        var packed = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(packed.AsSpan(i * sizeof(float)), values[i]);
        }

        return Bytes(field, packed);
    }

    public ProtobufWriter Tag(int field, int wireType) => Varint(((ulong)field << 3) | (uint)wireType);

    public ProtobufWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
        return this;
    }

    public ProtobufWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }
}
