namespace Enlarger.Tests.Inference.Operators;

public sealed class ResizeTests
{
    public static TheoryData<int, string, string> NearestModes => new()
    {
        { 11, "asymmetric", "floor" },
        { 13, "asymmetric", "floor" },
        { 17, "half_pixel", "round_prefer_floor" },
        { 17, "half_pixel", "round_prefer_ceil" },
        { 18, "pytorch_half_pixel", "round_prefer_floor" },
    };

    public static TheoryData<string, string> UnusualNearestModes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var coordinates in new[] { "asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners" })
            {
                foreach (var nearest in new[] { "floor", "ceil", "round_prefer_floor", "round_prefer_ceil" })
                {
                    data.Add(coordinates, nearest);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NearestModes))]
    public void Repeats_pixels(int opset, string coordinates, string nearest)
    {
        for (var factor = 1; factor <= 4; factor++)
        {
            var dice = new Dice(factor);
            var channels = dice.Channels();
            var writer = Scaled(opset, channels, factor, dice.Of(factor, factor, 2),
                ("mode", "nearest"),
                ("coordinate_transformation_mode", coordinates),
                ("nearest_mode", nearest));

            Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Exact);
        }
    }

    // A mode that is ignored would give a picture that is shifted by a pixel, which nobody notices.
    [Theory]
    [MemberData(nameof(UnusualNearestModes))]
    public void Never_takes_one_nearest_mode_for_another(string coordinates, string nearest)
    {
        for (var factor = 2; factor <= 4; factor++)
        {
            var writer = Scaled(17, 3, factor, factor,
                ("mode", "nearest"),
                ("coordinate_transformation_mode", coordinates),
                ("nearest_mode", nearest));

            Judge.AgreeOrRefuse(writer, new Dice(factor), 3, 7, 9, Judge.Exact, "Resize");
        }
    }

    [Theory]
    [InlineData("half_pixel")]
    [InlineData("pytorch_half_pixel")]
    [InlineData("asymmetric")]
    [InlineData("align_corners")]
    public void Interpolates(string coordinates)
    {
        for (var factor = 1; factor <= 4; factor++)
        {
            var dice = new Dice(factor);
            var channels = dice.FewChannels();
            var writer = Scaled(17, channels, factor, factor,
                ("mode", "linear"),
                ("coordinate_transformation_mode", coordinates));

            Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Rounded);
        }
    }

    [Theory]
    [InlineData(9, "Upsample", "nearest")]
    [InlineData(9, "Upsample", "linear")]
    [InlineData(10, "Resize", "nearest")]
    [InlineData(10, "Resize", "linear")]
    public void Enlarges_as_old_files_ask(int opset, string op, string mode)
    {
        foreach (var factor in new[] { 2, 3 })
        {
            var writer = new OnnxWriter(opset)
                .Input("x", 5)
                .Floats("scales", [4], 1, 1, factor, factor)
                .Node(op, ["x", "scales"], "y", ("mode", mode))
                .Output("y");

            Judge.Agree(writer, new Dice(factor), 5, 7, 9, Judge.Rounded);
        }
    }

    [Fact]
    public void Enlarges_with_the_attribute_of_opset_7() => Judge.Agree(
        new OnnxWriter(7)
            .Input("x", 3)
            .Node("Upsample", ["x"], "y", ("mode", "nearest"), ("scales", new[] { 1F, 1, 2, 2 }))
            .Output("y"),
        new Dice(1), 3, 3, 8, Judge.Exact);

    // What PyTorch writes for interpolate(size=(2 * h, 2 * w)): sizes that depend on the picture.
    [Theory]
    [InlineData("nearest")]
    [InlineData("linear")]
    public void Enlarges_to_a_size_that_the_graph_computes(string mode)
    {
        var writer = new OnnxWriter(13)
            .Input("x", 5)
            .IntScalar("row", 2).IntScalar("column", 3).IntScalar("factor", 3).Ints("zero", 0).Ints("two", 2)
            .Node("Shape", ["x"], "shape")
            .Node("Gather", ["shape", "row"], "h")
            .Node("Mul", ["h", "factor"], "h3")
            .Node("Unsqueeze", ["h3", "zero"], "height")
            .Node("Gather", ["shape", "column"], "w")
            .Node("Cast", ["w"], "wf", ("to", 1))
            .Floats("three", [], 3)
            .Node("Mul", ["wf", "three"], "w3f")
            .Node("Floor", ["w3f"], "w3")
            .Node("Cast", ["w3"], "wi", ("to", 7))
            .Node("Unsqueeze", ["wi", "zero"], "width")
            .Node("Slice", ["shape", "zero", "two"], "rest")
            .Node("Concat", ["rest", "height", "width"], "sizes", ("axis", 0))
            .Node("Resize", ["x", "", "", "sizes"], "y",
                ("mode", mode),
                ("coordinate_transformation_mode", mode == "nearest" ? "asymmetric" : "pytorch_half_pixel"),
                ("nearest_mode", "floor"))
            .Output("y");

        Judge.Agree(writer, new Dice(1), 5, 7, 9, Judge.Rounded);
    }

    private static OnnxWriter Scaled(
        int opset, int channels, int factorY, int factorX, params (string Name, object Value)[] attributes) =>
        new OnnxWriter(opset)
            .Input("x", channels)
            .Floats("roi", [0])
            .Floats("scales", [4], 1, 1, factorY, factorX)
            .Node("Resize", ["x", "roi", "scales"], "y", attributes)
            .Output("y");
}
