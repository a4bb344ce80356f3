namespace Enlarger.Tests.Inference.Operators;

/// <summary>Operators that only move elements; not one bit may change.</summary>
public sealed class LayoutTests
{
    public static TheoryData<int> Seeds => Dice.Seeds(30);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Concatenates_any_channel_counts(int seed)
    {
        var dice = new Dice(seed);
        var channels = dice.Channels();
        var writer = new OnnxWriter().Input("x", channels);
        List<string> parts = ["x"];
        for (var i = dice.From(1, 3); i > 0; i--)
        {
            // The first channels of the picture, or a function of all.
            writer.Ints($"from{i}", 0).Ints($"to{i}", dice.From(1, channels)).Ints($"axis{i}", 1);
            writer.Node("Slice", ["x", $"from{i}", $"to{i}", $"axis{i}"], $"part{i}");
            parts.Insert(dice.From(0, parts.Count), $"part{i}");
        }

        writer.Node("Relu", ["x"], "r");
        parts.AddRange(dice.Chance() ? ["r", "x"] : ["r"]);
        writer.Node("Concat", [.. parts], "y", ("axis", dice.Of(1, -3))).Output("y");

        Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Exact);
    }

    [Theory]
    [InlineData(11, "attribute")]
    [InlineData(13, "input")]
    [InlineData(11, "equal")]
    [InlineData(17, "equal")]
    [InlineData(18, "num_outputs")]
    public void Splits_channels(int opset, string form)
    {
        foreach (var (first, second, third) in new[] { (1L, 2, 3), (4, 12, 16), (17, 1, 8), (8, 8, 8), (33, 5, 2) })
        {
            var isEqual = form is "equal" or "num_outputs";
            long[] sizes = isEqual ? [first, first, first] : [first, second, third];
            var channels = (int)sizes.Sum();
            var writer = new OnnxWriter(opset).Input("x", channels);
            string[] outputs = ["a", "b", "c"];
            _ = form switch
            {
                "attribute" => writer.Node("Split", ["x"], outputs, ("axis", 1), ("split", sizes)),
                "input" => writer.Ints("sizes", sizes).Node("Split", ["x", "sizes"], outputs, ("axis", 1)),
                "equal" => writer.Node("Split", ["x"], outputs, ("axis", 1)),
                _ => writer.Node("Split", ["x"], outputs, ("axis", 1), ("num_outputs", 3)),
            };
            writer.Node("Concat", ["c", "a", "b"], "y", ("axis", 1)).Output("y");

            Judge.Agree(writer, new Dice((int)first), channels, 3, 9, Judge.Exact);
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(17)]
    public void Crops_and_takes_channels(int opset)
    {
        // Starts, ends, axes; a huge end is what exporters write for "to the end".
        (long[] Starts, long[] Ends, long[] Axes)[] windows =
        [
            ([0], [3], [1]),
            ([2], [long.MaxValue], [1]),
            ([-3], [int.MaxValue], [1]),
            ([1], [-1], [1]),
            ([4, 4], [-4, -4], [2, 3]),
            ([1, 0], [long.MaxValue, -2], [-2, -1]),
            ([0, 3, 0, 3], [1, 5, -9, long.MaxValue], [0, 1, 2, 3]),
            ([0, 0, 0, 3], [1, 5, -2, -8], [0, 1, 2, 3]),
        ];
        foreach (var (starts, ends, axes) in windows)
        {
            var writer = Window(opset, starts, ends, axes);

            Judge.Agree(writer, new Dice(opset), 17, 13, 31, Judge.Exact);
        }
    }

    // The result is as large for every picture, which an image-to-image network may refuse, but not compute wrongly.
    [Theory]
    [InlineData(0, 7)]
    [InlineData(3, 8)]
    [InlineData(-8, -1)]
    [InlineData(-8, long.MaxValue)]
    public void Never_cuts_a_window_that_is_another(long start, long end) => Judge.AgreeOrRefuse(
        Window(13, [start], [end], [3]), new Dice(1), 17, 13, 31, Judge.Exact, "size");

    [Theory]
    [InlineData("constant", 9)]
    [InlineData("edge", 9)]
    [InlineData("reflect", 9)]
    [InlineData("constant", 13)]
    [InlineData("edge", 11)]
    [InlineData("reflect", 17)]
    [InlineData("constant", 18)]
    [InlineData("reflect", 18)]
    public void Pads(string mode, int opset)
    {
        foreach (var channels in new[] { 1, 3, 16, 17 })
        {
            var dice = new Dice(channels);
            long[] sides = [dice.From(0, 6), dice.From(0, 6), dice.From(0, 6), dice.From(0, 6)];
            Judge.Agree(Padding(opset, mode, channels, sides, 0.5F), dice, channels, 7, 9, Judge.Exact);
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(13)]
    public void Crops_where_padding_is_negative(int opset) =>
        Judge.Agree(Padding(opset, "constant", 12, [-1, -3, -2, 0], 0), new Dice(1), 12, 8, 9, Judge.Exact);

    [Theory]
    [InlineData("DCR")]
    [InlineData("CRD")]
    [InlineData("")]
    public void Turns_depth_to_space(string mode)
    {
        foreach (var (block, channels) in new[] { (2, 1), (2, 3), (3, 3), (4, 3), (2, 17), (3, 5), (1, 3), (2, 16) })
        {
            var dice = new Dice(channels);
            (string, object)[] attributes = mode.Length == 0
                ? [("blocksize", block)]
                : [("blocksize", block), ("mode", mode)];
            var writer = new OnnxWriter()
                .Input("x", channels * block * block)
                .Node("DepthToSpace", ["x"], "y", attributes)
                .Output("y");

            Judge.Agree(writer, dice, channels * block * block, dice.Length(), dice.Length(), Judge.Exact);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Turns_space_to_depth(int block)
    {
        foreach (var channels in new[] { 1, 3, 5, 8 })
        {
            var dice = new Dice(channels);
            var writer = new OnnxWriter()
                .Input("x", channels)
                .Node("SpaceToDepth", ["x"], "y", ("blocksize", block))
                .Output("y");

            Judge.Agree(writer, dice, channels, dice.Of(1, 2, 7) * block, dice.Of(1, 3, 9) * block, Judge.Exact);
        }
    }

    [Fact]
    public void Passes_through_what_only_training_or_types_need() => Judge.Agree(
        new OnnxWriter()
            .Input("x", 3)
            .Node("Identity", ["x"], "a")
            .Node("Dropout", ["a"], "b")
            .Node("Cast", ["b"], "c", ("to", 1))
            .Node("Relu", ["c"], "y")
            .Output("y"),
        new Dice(1), 3, 7, 8, Judge.Exact);

    [Theory]
    [InlineData("Identity")]
    [InlineData("Dropout")]
    public void A_map_with_two_names_is_not_changed_under_one_of_them(string alias) => Judge.Agree(
        new OnnxWriter()
            .Input("x", 3)
            .Floats("w", [3, 3, 1, 1], 1, -2, 0.5f, -1, 1, -1, 0.3f, 2, -2)
            .Node("Conv", ["x", "w"], "c")
            .Node(alias, ["c"], "d")
            .Node("Relu", ["d"], "e")
            .Node("Sub", ["c", "e"], "y")
            .Output("y"),
        new Dice(5), 3, 7, 9, Judge.Sums);

    [Fact]
    public void Refuses_to_cut_out_a_window_of_fixed_size() => Judge.Refuse(
        new OnnxWriter()
            .Input("x", 3)
            .Ints("start", 1).Ints("end", 9).Ints("axis", 3)
            .Node("Slice", ["x", "start", "end", "axis"], "y")
            .Output("y"),
        "different sizes");

    // What networks do that pad the picture first: twice the size of the input, computed by the graph itself, is what
    // they leave of the result.
    [Fact]
    public void Crops_to_a_size_that_the_graph_computes() => Judge.Agree(
        new OnnxWriter()
            .Input("x", 3)
            .Ints("two", 2).Ints("three", 3).Ints("zero", 0).IntScalar("index", 2)
            .Floats("scales", [4], 1, 1, 2, 2)
            .Ints("pads", 0, 0, 0, 0, 0, 0, 3, 5)
            .Node("Pad", ["x", "pads"], "wide", ("mode", "reflect"))
            .Node("Resize", ["wide", "", "scales"], "big", ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))
            .Node("Shape", ["x"], "shape")
            .Node("Gather", ["shape", "index"], "h", ("axis", 0))
            .Node("Unsqueeze", ["h", "zero"], "h1")
            .Node("Mul", ["h1", "two"], "h2")
            .Node("Shape", ["x"], "w", ("start", 3), ("end", 4))
            .Node("Mul", ["w", "two"], "w2")
            .Node("Slice", ["big", "zero", "h2", "two"], "cut")
            .Node("Slice", ["cut", "zero", "w2", "three"], "y")
            .Output("y"),
        new Dice(2), 3, 7, 9, Judge.Exact);

    private static OnnxWriter Window(int opset, long[] starts, long[] ends, long[] axes)
    {
        var writer = new OnnxWriter(opset).Input("x", 17);
        if (opset < 10)
        {
            writer.Node("Slice", ["x"], "y", ("starts", starts), ("ends", ends), ("axes", axes));
        }
        else
        {
            writer.Ints("starts", starts).Ints("ends", ends).Ints("axes", axes);
            writer.Ints("steps", [.. starts.Select(_ => 1L)]);
            string[] inputs = ["x", "starts", "ends", "axes", "steps"];
            writer.Node("Slice", axes.Length > 1 ? inputs : inputs[..4], "y");
        }

        return writer.Output("y");
    }

    private static OnnxWriter Padding(int opset, string mode, int channels, long[] sides, float value)
    {
        var writer = new OnnxWriter(opset).Input("x", channels);
        long[] pads = [0, 0, sides[0], sides[1], 0, 0, sides[2], sides[3]];
        _ = opset switch
        {
            < 11 => writer.Node("Pad", ["x"], "y", ("mode", mode), ("pads", pads), ("value", value)),
            < 18 => writer.Ints("pads", pads).Floats("value", [], value)
                .Node("Pad", ["x", "pads", "value"], "y", ("mode", mode)),
            _ => writer.Ints("pads", sides).Floats("value", [], value).Ints("axes", 2, 3)
                .Node("Pad", ["x", "pads", "value", "axes"], "y", ("mode", mode)),
        };
        return writer.Output("y");
    }
}
