using System.Runtime.InteropServices;
using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference.Onnx;

public sealed class OnnxReaderTests
{
    [Theory]
    [InlineData("photo_x2")]
    [InlineData("photo_x4")]
    [InlineData("restore_x1")]
    public void Reads_the_networks_of_this_repository(string model)
    {
        var graph = OnnxReader.Read(File.ReadAllBytes(Repository.Path($"models/{model}.onnx")));

        Assert.Equal([1, 3, -1, -1], Assert.Single(graph.Inputs).Shape);
        Assert.Single(graph.Outputs);
        var convolution = graph.Nodes.First(node => node.Operator == "Conv");
        Assert.Equal([3, 3], convolution.Attributes["kernel_shape"].Ints!);
        // Kernels are stored in 16 bits, each behind a Cast.
        var cast = Assert.Single(graph.Nodes, node => node.Outputs.Contains(convolution.Inputs[1]));
        Assert.Equal("Cast", cast.Operator);
        var weights = graph.Initializers[cast.Inputs[0]];
        Assert.Equal(weights.Shape.Aggregate(1L, (a, b) => a * b), weights.Floats.Length);
        Assert.Contains(weights.Floats, weight => weight != 0);
    }

    [Fact]
    public void Reads_every_kind_of_attribute()
    {
        var graph = OnnxReader.Read(new OnnxWriter()
            .Input("x", 3)
            .Node(
                "Anything", ["x", "", "x"], ["y", "z"],
                ("int", -7L),
                ("float", 0.25F),
                ("text", "höhe"),
                ("ints", new[] { 1L, -1L, long.MaxValue }),
                ("floats", new[] { 1.5F, -2F }),
                ("tensor", OnnxWriter.Tensor(OnnxType.Int64, [], MemoryMarshal.AsBytes([42L]))))
            .Output("y")
            .ToArray());

        var node = Assert.Single(graph.Nodes);
        Assert.Equal(("Anything", "Anything_0", ""), (node.Operator, node.Name, node.Domain));
        Assert.Equal(["x", "", "x"], node.Inputs);
        Assert.Equal(["y", "z"], node.Outputs);
        Assert.Equal(-7, node.Attributes["int"].Int);
        Assert.Equal(0.25F, node.Attributes["float"].Float);
        Assert.Equal("höhe", node.Attributes["text"].Text);
        Assert.Equal([1, -1, long.MaxValue], node.Attributes["ints"].Ints!);
        Assert.Equal([1.5F, -2F], node.Attributes["floats"].Floats!);
        var tensor = node.Attributes["tensor"].Tensor!;
        Assert.Equal(OnnxType.Int64, tensor.Type);
        Assert.Empty(tensor.Shape);
        Assert.Equal([42], tensor.Ints);
    }

    public static TheoryData<int, int, float[], long[]> Payloads => new()
    {
        // Element type, field of TensorProto, and the values 0, 1 and 2 as the reader shows them.
        { 1, 4, [0, 1, 2], [] },
        { 11, 10, [0, 1, 2], [] },
        { 10, 5, [0, 1, 2], [] },
        { 2, 5, [], [0, 1, 2] },
        { 6, 5, [], [0, 1, 2] },
        { 7, 7, [], [0, 1, 2] },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Reads_values_wherever_a_tensor_may_keep_them(int type, int field, float[] floats, long[] ints)
    {
        var typed = new ProtobufWriter().Packed(1, [3L]).Integer(2, type).Text(8, "t");
        var raw = new ProtobufWriter().Packed(1, [3L]).Integer(2, type).Text(8, "t");
        switch (type)
        {
            case 1:
                typed.Packed(field, floats);
                raw.Bytes(9, MemoryMarshal.AsBytes<float>(floats));
                break;
            case 11:
                double[] doubles = [0, 1, 2];
                typed.Bytes(field, MemoryMarshal.AsBytes<double>(doubles));
                raw.Bytes(9, MemoryMarshal.AsBytes<double>(doubles));
                break;
            case 10:
                short[] halves = [0, 0x3C00, 0x4000];
                typed.Packed(field, halves.Select(bits => (long)bits));
                raw.Bytes(9, MemoryMarshal.AsBytes<short>(halves));
                break;
            case 2:
                typed.Packed(field, ints);
                raw.Bytes(9, [0, 1, 2]);
                break;
            case 6:
                typed.Packed(field, ints);
                raw.Bytes(9, MemoryMarshal.AsBytes<int>([0, 1, 2]));
                break;
            case 7:
                // The format lets repeated numbers stand one by one, too.
                typed.Integer(field, 0).Integer(field, 1).Integer(field, 2);
                raw.Bytes(9, MemoryMarshal.AsBytes<long>(ints));
                break;
        }

        foreach (var tensor in new[] { typed, raw })
        {
            var graph = OnnxReader.Read(new OnnxWriter().Initializer(tensor).ToArray());
            Assert.Equal(floats, graph.Initializers["t"].Floats);
            Assert.Equal(ints, graph.Initializers["t"].Ints);
            Assert.Equal(type, (int)graph.Initializers["t"].Type);
        }
    }

    [Fact]
    public void Does_not_take_an_initializer_for_an_input()
    {
        var graph = OnnxReader.Read(new OnnxWriter()
            .Input("x", 3)
            .Input("w", 3)
            .Floats("w", [1], 1)
            .Node("Mul", ["x", "w"], "y")
            .Output("y")
            .ToArray());

        Assert.Equal("x", Assert.Single(graph.Inputs).Name);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(24)]
    public void Refuses_opsets_that_it_does_not_know(long opset) =>
        Refuses(new OnnxWriter(opset).Input("x", 3).Output("x").ToArray(), $"opset {opset}");

    [Theory]
    [InlineData("")]
    [InlineData("{ \"not\": \"onnx\" }")]
    [InlineData("GIF89a")]
    public void Refuses_files_of_other_kinds(string text) =>
        Refuses(System.Text.Encoding.UTF8.GetBytes(text), "no ONNX model");

    [Fact]
    public void Names_the_node_of_a_foreign_domain()
    {
        var node = new ProtobufWriter()
            .Text(1, "x").Text(2, "y").Text(3, "act_3").Text(4, "Swish").Text(7, "com.example");
        var writer = new OnnxWriter().Input("x", 3);
        writer.Graph.Message(1, node);

        Refuses(writer.Output("y").ToArray(), "'act_3'", "'Swish'", "'com.example'");
    }

    [Fact]
    public void Names_the_node_that_holds_a_graph()
    {
        var branch = new ProtobufWriter().Text(1, "then_branch").Bytes(6, []).Integer(20, 5);
        var writer = new OnnxWriter().Input("x", 3);
        writer.Graph.Message(1, new ProtobufWriter().Text(1, "x").Text(2, "y").Text(4, "If").Message(5, branch));

        Refuses(writer.Output("y").ToArray(), "'y'", "'If'", "'then_branch'", "graph");
    }

    [Fact]
    public void Refuses_values_that_are_used_before_they_are_computed() =>
        Refuses(
            new OnnxWriter().Input("x", 3).Node("Relu", ["z"], "y").Node("Relu", ["x"], "z").Output("y").ToArray(),
            "'Relu_0'", "'z'");

    [Fact]
    public void Refuses_values_that_are_computed_twice() =>
        Refuses(
            new OnnxWriter().Input("x", 3).Node("Relu", ["x"], "y").Node("Tanh", ["x"], "y").Output("y").ToArray(),
            "'Tanh_1'", "'y'");

    [Fact]
    public void Refuses_an_output_that_nothing_computes() =>
        Refuses(new OnnxWriter().Input("x", 3).Output("y").ToArray(), "'y'");

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Names_the_tensor_of_an_unsupported_type(long type) =>
        RefusesTensor(new ProtobufWriter().Packed(1, [1L]).Integer(2, type).Bytes(9, [0, 0]));

    public static TheoryData<long[]> Misfits => new(
        [5],
        [-4],
        [0],
        [long.MaxValue],
        [0x4000_0000, 4, 0x4000_0000, 16],
        [4, 0x1_0000_0000],
        [1, 1, 1, 1, 1, 1, 1, 1, 4]);

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Names_the_tensor_whose_shape_does_not_fit_its_values(long[] shape) =>
        RefusesTensor(OnnxWriter.Tensor(OnnxType.Float, shape, new byte[4 * sizeof(float)]));

    [Fact]
    public void Names_the_tensor_whose_values_are_in_another_file() =>
        RefusesTensor(new ProtobufWriter().Packed(1, [0L]).Integer(2, 1).Integer(14, 1));

    private static void RefusesTensor(ProtobufWriter tensor) =>
        Refuses(new OnnxWriter().Initializer(tensor.Text(8, "body.0.weight")).ToArray(), "'body.0.weight'");

    private static void Refuses(byte[] file, params string[] words)
    {
        var refusal = Assert.Throws<ModelException>(() => OnnxReader.Read(file));
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }
}
