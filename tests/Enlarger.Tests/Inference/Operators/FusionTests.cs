namespace Enlarger.Tests.Inference.Operators;

/// <summary>Steps that are computed as one, or in squares, give what they give one by one.</summary>
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

    // What writes the result is computed directly, so something has to follow.
    [Theory]
    [MemberData(nameof(ChannelsAndWidths))]
    public void Convolves_in_squares(int channels, int width)
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

        // The last convolution may read several maps too, and is asked for single rows.
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

    // Written either way round; with channels that leave gaps, and with a map that somebody else reads, it stays as it is.
    [Theory]
    [InlineData(32, true, false)]
    [InlineData(48, false, false)]
    [InlineData(12, true, false)]
    [InlineData(32, false, true)]
    public void Gates_a_sum_by_a_sigmoid(int channels, bool sumFirst, bool isReadAgain)
    {
        var dice = new Dice(channels + (sumFirst ? 1 : 0));
        var writer = new OnnxWriter().Input("x", channels);
        Convolve(writer, dice, "x", "y", channels, channels)
            .Floats("half", [1], 0.5f)
            .Node("Add", sumFirst ? ["y", "x"] : ["x", "y"], "sum")
            .Node("Sigmoid", ["y"], "sigmoid")
            .Node("Sub", ["sigmoid", "half"], "shifted")
            .Node("Mul", sumFirst ? ["sum", "shifted"] : ["shifted", "sum"], "z")
            .Node("Add", ["z", isReadAgain ? "sigmoid" : "x"], "last")
            .Output("last");

        Judge.Agree(writer, dice, channels, 9, 14, Judge.Sums);
    }

    private static OnnxWriter Convolve(
        OnnxWriter writer, Dice dice, string input, string output, int channels, int outputs) =>
        writer.Floats($"w{output}", [outputs, channels, 3, 3], dice.Floats(outputs * channels * 9))
            .Floats($"b{output}", [outputs], dice.Floats(outputs))
            .Node("Conv", [input, $"w{output}", $"b{output}"], output, Padded);
}
