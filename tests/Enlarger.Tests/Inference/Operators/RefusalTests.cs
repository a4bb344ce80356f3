using Enlarger.Inference;

namespace Enlarger.Tests.Inference.Operators;

/// <summary>Graphs that cannot run are refused, and the node is named.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("MaxPool")]
    [InlineData("LSTM")]
    [InlineData("Frobnicate")]
    public void Names_the_node_and_the_operator(string op) => Judge.Refuse(
        new OnnxWriter().Input("x", 3).Node("Relu", ["x"], "a").Node(op, ["a"], "y").Output("y"),
        $"{op}_1", op);

    [Fact]
    public void Refuses_weights_for_another_number_of_channels() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("w", [8, 4, 3, 3], new float[288])
            .Node("Conv", ["x", "w"], "y")
            .Output("y"),
        "Conv_0");

    [Fact]
    public void Refuses_weights_of_another_rank() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("w", [8, 3, 3], new float[72])
            .Node("Conv", ["x", "w"], "y")
            .Output("y"),
        "Conv_0");

    [Fact]
    public void Refuses_a_bias_of_another_length() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("w", [8, 3, 1, 1], new float[24])
            .Floats("b", [7], new float[7])
            .Node("Conv", ["x", "w", "b"], "y")
            .Output("y"),
        "Conv_0");

    [Theory]
    [InlineData("strides", 0)]
    [InlineData("strides", -1)]
    [InlineData("strides", long.MaxValue)]
    [InlineData("dilations", 0)]
    [InlineData("pads", long.MaxValue)]
    [InlineData("pads", -1000)]
    [InlineData("group", 0)]
    [InlineData("group", 2)]
    [InlineData("group", -1)]
    [InlineData("kernel_shape", 5)]
    public void Refuses_attributes_that_make_no_sense(string name, long value)
    {
        object attribute = name switch
        {
            "group" => value,
            "pads" => new[] { value, value, value, value },
            _ => new[] { value, value },
        };

        Judge.Refuse(
            new OnnxWriter()
                .Input("x", 3)
                .Floats("w", [8, 3, 3, 3], new float[216])
                .Node("Conv", ["x", "w"], "y", (name, attribute))
                .Output("y"),
            "Conv_0");
    }

    [Fact]
    public void Refuses_to_add_what_does_not_fit() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("c", [1, 4, 1, 1], 1, 2, 3, 4)
            .Node("Add", ["x", "c"], "y")
            .Output("y"),
        "Add_0");

    [Fact]
    public void Refuses_slopes_that_do_not_fit() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("slope", [4, 1, 1], 1, 2, 3, 4)
            .Node("PRelu", ["x", "slope"], "y")
            .Output("y"),
        "PRelu_0");

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void Refuses_blocks_that_do_not_divide_the_channels(int block) => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Node("DepthToSpace", ["x"], "y", ("blocksize", block))
            .Output("y"),
        "DepthToSpace_0");

    [Fact]
    public void Refuses_a_split_that_does_not_add_up() => Judge.Refuse(
        new OnnxWriter(11)
            .Input("x", 8)
            .Node("Split", ["x"], ["a", "b"], ("axis", 1), ("split", new[] { 4L, 5L }))
            .Node("Add", ["a", "a"], "y")
            .Output("y"),
        "Split_0");

    [Fact]
    public void Refuses_a_slice_that_leaves_no_channel() => Judge.Refuse(
        new OnnxWriter(9)
            .Input("x", 8)
            .Node("Slice", ["x"], "y", ("starts", new[] { 8L }), ("ends", new[] { 9L }), ("axes", new[] { 1L }))
            .Output("y"),
        "Slice_0");

    [Theory]
    [InlineData("Conv")]
    [InlineData("Add")]
    [InlineData("PRelu")]
    [InlineData("Resize")]
    [InlineData("Relu")]
    public void Refuses_a_node_without_its_inputs(string op) => Judge.Refuse(
        new OnnxWriter().Input("x", 3).Node(op, [], "y").Output("y"),
        $"{op}_0");

    [Fact]
    public void Refuses_a_network_without_an_input_or_with_two()
    {
        Judge.Refuse(new OnnxWriter().Floats("x", [1, 1, 1, 1], 1).Node("Relu", ["x"], "y").Output("y"), "input");
        Judge.Refuse(
            new OnnxWriter().Input("a", 3).Input("b", 3).Node("Add", ["a", "b"], "y").Output("y"), "input");
    }

    // Damage that the reader cannot notice: numbers that are attributes, names and operators that are others.
    [Theory]
    [InlineData("ecbsr_x2")]
    [InlineData("fsrcnn_x3")]
    [InlineData("imdn_x2")]
    public void Survives_any_damage_to_a_network(string name)
    {
        var valid = File.ReadAllBytes(Repository.Path($"tests/networks/{name}.onnx"));
        var random = new Random(20260101);
        var loaded = 0;
        for (var i = 0; i < 300; i++)
        {
            byte[] damaged = [.. valid];
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                // Nodes stand first in these files, weights after them.
                damaged[random.Next(Math.Min(2500, damaged.Length))] = (byte)random.Next(256);
            }

            try
            {
                Network.Load(damaged);
                loaded++;
            }
            catch (ModelException)
            {
                continue;
            }
        }

        Assert.InRange(loaded, 1, 299);
    }
}
