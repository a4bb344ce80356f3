using System.Buffers.Binary;

namespace Enlarger.Inference.Onnx;

/// <summary>
/// Reads TensorProto. The memory of a tensor is bounded by the bytes that the file holds for it: its shape must match
/// its payload before anything is allocated.
/// </summary>
internal static class OnnxTensorReader
{
    // Image networks have shapes of up to six dimensions (a pixel shuffle by Reshape).
    private const int RankMax = 8;

    /// <param name="message">A TensorProto.</param>
    /// <param name="title">What the tensor is, at the start of an error message; its name is added.</param>
    public static (string Name, OnnxTensor Tensor) Read(ProtobufReader message, string title)
    {
        var fields = new Fields();
        var raw = ReadOnlySpan<byte>.Empty;
        while (message.Next())
        {
            if (message.Field == 9)
            {
                raw = message.Bytes();
            }
            else
            {
                ReadField(message, fields);
            }
        }

        title = $"{title} {OnnxReader.Quoted(fields.Name)}";
        if (fields.IsExternal)
        {
            throw new ModelException($"{title} keeps its values in another file, which is not supported.");
        }

        var type = Known(fields.Type, title);
        var count = Count(fields.Shape, title);
        var present = raw.IsEmpty ? fields.Payload(type) : raw.Length / (double)ElementBytes(type);
        if (present != count)
        {
            throw new ModelException($"{title} has {present} values, but its shape asks for {count}.");
        }

        long[] shape = [.. fields.Shape];
        return (fields.Name, type switch
        {
            OnnxType.Float or OnnxType.Float16 or OnnxType.Double =>
                new OnnxTensor(type, shape, raw.IsEmpty ? fields.FloatsOf(type) : RawFloats(type, raw), []),
            OnnxType.UInt8 or OnnxType.Int32 or OnnxType.Int64 or OnnxType.Bool =>
                new OnnxTensor(type, shape, [], raw.IsEmpty ? fields.IntsOf(type) : RawInts(type, raw)),
        });
    }

    /// <summary>The element type of a number in TensorProto; unsupported types are refused.</summary>
    public static OnnxType Known(long type, string title) => type switch
    {
        (long)OnnxType.Float or (long)OnnxType.UInt8 or (long)OnnxType.Int32 or (long)OnnxType.Int64
            or (long)OnnxType.Bool or (long)OnnxType.Float16 or (long)OnnxType.Double => (OnnxType)type,
        8 => throw new ModelException($"{title} holds texts, which is not supported."),
        16 => throw new ModelException($"{title} holds bfloat16 numbers, which is not supported."),
        _ => throw new ModelException($"{title} has the element type {type}, which is not supported."),
    };

    private static void ReadField(ProtobufReader message, Fields fields)
    {
        switch (message.Field)
        {
            case 1:
                message.AppendTo(fields.Shape);
                break;
            case 2:
                fields.Type = message.Integer();
                break;
            case 4:
                message.AppendTo(fields.Singles);
                break;
            case 5:
                message.AppendTo(fields.Int32s);
                break;
            case 7:
                message.AppendTo(fields.Int64s);
                break;
            case 8:
                fields.Name = message.Text();
                break;
            case 10:
                message.AppendDoublesTo(fields.Doubles);
                break;
            // A segment of a tensor that is stored in parts, which no exporter writes. The other parts are missing.
            case 3:
                fields.IsExternal = true;
                break;
            case 14:
                fields.IsExternal |= message.Integer() != 0;
                break;
        }
    }

    private static long Count(List<long> shape, string title)
    {
        if (shape.Count > RankMax)
        {
            throw new ModelException($"{title} has {shape.Count} dimensions; up to {RankMax} are supported.");
        }

        var count = 1L;
        foreach (var length in shape)
        {
            // Payloads are shorter than 2^31 bytes, so neither factor passes 2^31 and the product cannot overflow.
            count = length is >= 0 and <= int.MaxValue ? count * length : -1;
            if (count is < 0 or > int.MaxValue)
            {
                throw new ModelException($"{title} has an impossible shape.");
            }
        }

        return count;
    }

    private static int ElementBytes(OnnxType type) => type switch
    {
        OnnxType.UInt8 or OnnxType.Bool => 1,
        OnnxType.Float16 => 2,
        OnnxType.Float or OnnxType.Int32 => 4,
        OnnxType.Int64 or OnnxType.Double => 8,
    };

    private static float[] RawFloats(OnnxType type, ReadOnlySpan<byte> raw)
    {
        var size = ElementBytes(type);
        var values = new float[raw.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var bytes = raw.Slice(i * size, size);
            values[i] = type switch
            {
                OnnxType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
                OnnxType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                _ => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            };
        }

        return values;
    }

    private static long[] RawInts(OnnxType type, ReadOnlySpan<byte> raw)
    {
        var size = ElementBytes(type);
        var values = new long[raw.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var bytes = raw.Slice(i * size, size);
            values[i] = type switch
            {
                OnnxType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
                OnnxType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                _ => bytes[0],
            };
        }

        return values;
    }

    /// <summary>All fields of a TensorProto; its type decides later which of them hold the values.</summary>
    private sealed class Fields
    {
        public string Name { get; set; } = "";

        public long Type { get; set; }

        public bool IsExternal { get; set; }

        public List<long> Shape { get; } = [];

        public List<float> Singles { get; } = [];

        public List<float> Doubles { get; } = [];

        public List<long> Int32s { get; } = [];

        public List<long> Int64s { get; } = [];

        // The field that holds the values of each type where raw_data is not used (onnx.proto3).
        public int Payload(OnnxType type) => type switch
        {
            OnnxType.Float => Singles.Count,
            OnnxType.Double => Doubles.Count,
            OnnxType.Int64 => Int64s.Count,
            OnnxType.UInt8 or OnnxType.Int32 or OnnxType.Bool or OnnxType.Float16 => Int32s.Count,
        };

        public float[] FloatsOf(OnnxType type) => type switch
        {
            OnnxType.Float16 => [.. Int32s.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            OnnxType.Double => [.. Doubles],
            _ => [.. Singles],
        };

        public long[] IntsOf(OnnxType type) => type == OnnxType.Int64 ? [.. Int64s] : [.. Int32s];
    }
}
