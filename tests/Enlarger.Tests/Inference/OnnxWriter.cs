using System.Runtime.InteropServices;
using Enlarger.Inference.Onnx;
using Enlarger.Tests.Inference.Onnx;

namespace Enlarger.Tests.Inference;

/// <summary>Makes ONNX files for tests, in the order of the calls.</summary>
/// <example><code>
/// var file = new OnnxWriter()
///     .Input("x", channels: 3)
///     .Floats("w", [8, 3, 3, 3], weights)
///     .Node("Conv", ["x", "w"], "y", ("pads", new long[] { 1, 1, 1, 1 }))
///     .Output("y")
///     .ToArray();
/// </code></example>
internal sealed class OnnxWriter(long opset = 17)
{
    private const long IrVersion = 8;

    private readonly ProtobufWriter _graph = new();
    private int _nodes;

    /// <summary>The graph, for fields without a method here.</summary>
    public ProtobufWriter Graph => _graph;

    public byte[] ToArray() => new ProtobufWriter()
        .Integer(1, IrVersion)
        .Message(8, new ProtobufWriter().Text(1, "").Integer(2, opset))
        .Message(7, _graph)
        .ToArray();

    /// <summary>An input of the shape [1, channels, H, W], where H and W are open.</summary>
    public OnnxWriter Input(string name, long channels)
    {
        var shape = new ProtobufWriter()
            .Message(1, new ProtobufWriter().Integer(1, 1))
            .Message(1, new ProtobufWriter().Integer(1, channels))
            .Message(1, new ProtobufWriter().Text(2, "H"))
            .Message(1, new ProtobufWriter().Text(2, "W"));
        _graph.Message(11, Value(name, shape));
        return this;
    }

    /// <summary>An output of four dimensions, all open.</summary>
    public OnnxWriter Output(string name)
    {
        var shape = new ProtobufWriter();
        foreach (var dimension in new[] { "N", "C", "Y", "X" })
        {
            shape.Message(1, new ProtobufWriter().Text(2, dimension));
        }

        _graph.Message(12, Value(name, shape));
        return this;
    }

    /// <summary>A node with one output. An attribute is a number, a text, a list of numbers, or a tensor.</summary>
    public OnnxWriter Node(
        string op, string[] inputs, string output, params (string Name, object Value)[] attributes) =>
        Node(op, inputs, [output], attributes);

    /// <inheritdoc cref="Node(string, string[], string, ValueTuple{string, object}[])"/>
    public OnnxWriter Node(
        string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        foreach (var output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(3, $"{op}_{_nodes++}").Text(4, op);
        foreach (var (name, value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        _graph.Message(1, node);
        return this;
    }

    public OnnxWriter Floats(string name, long[] shape, params ReadOnlySpan<float> values) =>
        Initializer(Tensor(OnnxType.Float, shape, MemoryMarshal.AsBytes(values)).Text(8, name));

    public OnnxWriter Halves(string name, long[] shape, params ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
        }

        return Initializer(Tensor(OnnxType.Float16, shape, MemoryMarshal.AsBytes<Half>(halves)).Text(8, name));
    }

    /// <summary>A list of int64.</summary>
    public OnnxWriter Ints(string name, params ReadOnlySpan<long> values) =>
        Initializer(Tensor(OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes(values)).Text(8, name));

    /// <summary>One int64 without dimensions.</summary>
    public OnnxWriter IntScalar(string name, long value) =>
        Initializer(Tensor(OnnxType.Int64, [], MemoryMarshal.AsBytes([value])).Text(8, name));

    public OnnxWriter Initializer(ProtobufWriter tensor)
    {
        _graph.Message(5, tensor);
        return this;
    }

    /// <summary>A TensorProto without a name, its values in raw_data.</summary>
    public static ProtobufWriter Tensor(OnnxType type, long[] shape, ReadOnlySpan<byte> raw) =>
        new ProtobufWriter().Packed(1, shape).Integer(2, (long)type).Bytes(9, raw);

    private static ProtobufWriter Value(string name, ProtobufWriter shape)
    {
        var tensor = new ProtobufWriter().Integer(1, (long)OnnxType.Float).Message(2, shape);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor));
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        var attribute = new ProtobufWriter().Text(1, name);
        return value switch
        {
            float number => attribute.Single(2, number).Integer(20, 1),
            int number => attribute.Integer(3, number).Integer(20, 2),
            long number => attribute.Integer(3, number).Integer(20, 2),
            string text => attribute.Text(4, text).Integer(20, 3),
            ProtobufWriter tensor => attribute.Message(5, tensor).Integer(20, 4),
            float[] numbers => attribute.Packed(7, numbers).Integer(20, 6),
            long[] numbers => attribute.Packed(8, numbers).Integer(20, 7),
            _ => throw new ArgumentException($"No attribute can be made of a {value.GetType()}.", nameof(value)),
        };
    }
}
