using Enlarger.Inference;
using Enlarger.Inference.Steps;

namespace Enlarger.Tests.Inference.Operators;

/// <summary>Fused steps, and convolutions by Winograd, give what plain ones give.</summary>
public sealed class FusionTests
{
    private static readonly (string, object)[] Padded = [("pads", new[] { 1L, 1L, 1L, 1L })];

    public static TheoryData<int, int> ChannelsAndWidths
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var channels in new[] { 16, 32, 48, 64, 80, 144 })
            {
                foreach (var width in new[] { 1, 3, 4, 5, 17, 50 })
                {
                    data.Add(channels, width);
                }
            }

            return data;
        }
    }

    // The convolution that writes the result is always direct, so another step must follow.
    [Theory]
    [MemberData(nameof(ChannelsAndWidths))]
    public void Convolves_by_Winograd(int channels, int width)
    {
        var dice = new Dice(100 * channels + width);
        var outputs = dice.Of(3, 8, 12, 16, 24, 33);
        var writer = new OnnxWriter().Input("x", channels);
        Convolve(writer, dice, "x", "y", channels, outputs)
            .Floats("one", [1], [1f]).Node("Add", ["y", "one"], "z").Output("z");

        Judge.Agree(writer, dice, channels, dice.From(1, 14), width, Judge.Sums);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    public void Reads_maps_besides_each_other(int kernel, int after)
    {
        var dice = new Dice((10 * kernel) + after);
        var writer = new OnnxWriter().Input("x", 3);
        Convolve(writer, dice, "x", "a", 3, 32);
        Convolve(writer, dice, "a", "b", 32, 32);
        writer.Node("Concat", ["a", "b"], "ab", ("axis", 1L));
        writer.Floats("wk", [16, 64, kernel, kernel], dice.Floats(16 * 64 * kernel * kernel))
            .Node("Conv", ["ab", "wk"], "d", ("pads", Enumerable.Repeat(kernel / 2L, 4).ToArray()));

        // The last convolution may also read several maps, and single rows of it are computed.
        writer.Node("Concat", ["a", "d", "b"], "adb", ("axis", 1L))
            .Floats("wl", [3, 80, after, after], dice.Floats(3 * 80 * after * after))
            .Node("Conv", ["adb", "wl"], "y", ("pads", Enumerable.Repeat(after / 2L, 4).ToArray()))
            .Output("y");

        Judge.Agree(writer, dice, 3, 13, 21, Judge.Sums);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Shuffles_what_a_convolution_wrote(bool depthwise)
    {
        var dice = new Dice(depthwise ? 1 : 2);
        var inputs = depthwise ? 1 : 48;
        var writer = new OnnxWriter().Input("x", 48)
            .Floats("w", [48, inputs, 3, 3], dice.Floats(48 * inputs * 9))
            .Floats("b", [48], dice.Floats(48))
            .Node("Conv", ["x", "w", "b"], "y", ("pads", new[] { 1L, 1L, 1L, 1L }), ("group", depthwise ? 48L : 1L))
            .Node("DepthToSpace", ["y"], "z", ("blocksize", 4L), ("mode", "CRD"))
            .Output("z");

        Judge.Agree(writer, dice, 48, 9, 14, Judge.Sums);
    }

    [Theory]
    [InlineData(32, "sum first", true)]
    [InlineData(48, "sum last", true)]
    [InlineData(32, "is the result", true)]
    [InlineData(12, "with gaps between pixels", false)]
    [InlineData(32, "read again", false)]
    [InlineData(32, "with a single pixel", false)]
    public void Gates_a_sum_by_a_sigmoid(int channels, string how, bool isFused)
    {
        var dice = new Dice(channels + how.Length);
        var writer = new OnnxWriter().Input("x", channels).Node("GlobalAveragePool", ["x"], "mean");
        Convolve(writer, dice, "x", "y", channels, channels);
        Gate(writer, "y", how == "with a single pixel" ? "mean" : "x", how == "sum last");
        writer.Node("Add", ["z", how == "read again" ? "sigmoid" : "x"], "last");
        writer.Output(how == "is the result" ? "z" : "last");

        var network = Network.Load(writer.ToArray());

        Assert.Equal(isFused, network.Graph.Steps.Any(step => step is GateStep));
        Judge.Agree(writer, dice, channels, 9, 14, Judge.Sums);
    }

    // On the sizes that a network is compiled for they are alike.
    [Fact]
    public void Refuses_to_gate_maps_that_are_not_of_one_size()
    {
        var dice = new Dice(7);
        var writer = new OnnxWriter().Input("x", 32)
            .Floats("w", [32, 32, 3, 3], dice.Floats(32 * 32 * 9))
            .Node("Conv", ["x", "w"], "small", [.. Padded, ("strides", new[] { 2L, 2L })])
            .Floats("scales", [4], 1, 1, 2, 2)
            .Node("Resize", ["small", "", "scales"], "y", ("mode", "nearest"), ("nearest_mode", "floor"),
                ("coordinate_transformation_mode", "asymmetric"));
        Gate(writer, "y", "x", isSumLast: false);
        var network = Network.Load(writer.Output("z").ToArray());

        Assert.Contains(network.Graph.Steps, step => step is GateStep);
        var cancel = TestContext.Current.CancellationToken;
        var (_, height, width) = network.Run(new float[32 * 8 * 8], 8, 8, cancel);
        Assert.Equal((8, 8), (height, width));
        Assert.Throws<ModelException>(() => network.Run(new float[32 * 9 * 9], 9, 9, cancel));
    }

    private static void Gate(OnnxWriter writer, string gate, string other, bool isSumLast) => writer
        .Floats("half", [1], 0.5f)
        .Node("Add", isSumLast ? [other, gate] : [gate, other], "sum")
        .Node("Sigmoid", [gate], "sigmoid")
        .Node("Sub", ["sigmoid", "half"], "shifted")
        .Node("Mul", isSumLast ? ["shifted", "sum"] : ["sum", "shifted"], "z");

    private static OnnxWriter Convolve(
        OnnxWriter writer, Dice dice, string input, string output, int channels, int outputs) =>
        writer.Floats($"w{output}", [outputs, channels, 3, 3], dice.Floats(outputs * channels * 9))
            .Floats($"b{output}", [outputs], dice.Floats(outputs))
            .Node("Conv", [input, $"w{output}", $"b{output}"], output, Padded);
}
