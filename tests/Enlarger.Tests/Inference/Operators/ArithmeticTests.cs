namespace Enlarger.Tests.Inference.Operators;

public sealed class ArithmeticTests
{
    private static readonly string[] Constants = ["scalar", "[1]", "[1,1,1,1]", "[C,1,1]", "[1,C,1,1]"];

    public static TheoryData<string, string> OperatorsAndConstants => Pairs(Constants);

    public static TheoryData<string, string> OperatorsAndOperands =>
        Pairs([.. Constants, "tensor", "itself", "mean of each channel", "one channel"]);

    private static TheoryData<string, string> Pairs(string[] operands)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var operand in operands)
        {
            pairs.AddRange([("Add", operand), ("Sub", operand), ("Mul", operand), ("Div", operand)]);
        }

        return pairs;
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("Sigmoid")]
    [InlineData("Tanh")]
    [InlineData("LeakyRelu")]
    public void Computes_functions_of_one_value(string op)
    {
        foreach (var channels in new[] { 1, 3, 16, 17 })
        {
            var dice = new Dice(channels);
            var (height, width) = (dice.Length(), dice.Length());
            float[] input = [.. dice.Floats(channels * height * width).Select(x => x * dice.Of(0.01F, 1, 10, 100))];
            var file = new OnnxWriter().Input("x", channels).Node(op, ["x"], "y").Output("y").ToArray();

            Judge.Agree(file, input, height, width, Judge.Rounded);
        }
    }

    [Theory]
    [InlineData(0.2F)]
    [InlineData(0F)]
    [InlineData(-0.5F)]
    [InlineData(1.5F)]
    public void Leaks_as_much_as_the_attribute_says(float alpha) => Judge.Agree(
        new OnnxWriter().Input("x", 5).Node("LeakyRelu", ["x"], "y", ("alpha", alpha)).Output("y"),
        new Dice(1), 5, 7, 9, Judge.Rounded);

    [Theory]
    [InlineData("[C,1,1]")]
    [InlineData("[1,C,1,1]")]
    [InlineData("[1]")]
    [InlineData("[1,1,1]")]
    public void Takes_slopes_of_every_shape(string slopes)
    {
        foreach (var channels in new[] { 1, 2, 3, 8, 12, 17, 64 })
        {
            var dice = new Dice(channels);
            var shape = Shape(slopes, channels);
            var writer = new OnnxWriter()
                .Input("x", channels)
                .Floats("slope", shape, dice.Floats(shape.Max()))
                .Node("PRelu", ["x", "slope"], "y")
                .Output("y");

            Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Rounded);
        }
    }

    [Theory]
    [InlineData(9, true, true)]
    [InlineData(9, true, false)]
    [InlineData(9, false, true)]
    [InlineData(11, true, true)]
    [InlineData(17, true, false)]
    [InlineData(17, false, true)]
    [InlineData(17, false, false)]
    public void Clips_as_attributes_or_inputs_say(int opset, bool hasMin, bool hasMax)
    {
        var writer = new OnnxWriter(opset).Input("x", 3);
        if (opset < 11)
        {
            List<(string, object)> bounds = [];
            bounds.AddRange(hasMin ? [("min", (object)-0.25F)] : []);
            bounds.AddRange(hasMax ? [("max", (object)0.5F)] : []);
            writer.Node("Clip", ["x"], "y", [.. bounds]);
        }
        else
        {
            writer.Floats("min", [], -0.25F).Floats("max", [], 0.5F);
            string[] inputs = ["x", hasMin ? "min" : "", .. hasMax ? ["max"] : Array.Empty<string>()];
            writer.Node("Clip", inputs, "y");
        }

        Judge.Agree(writer.Output("y"), new Dice(opset), 3, 9, 8, Judge.Exact);
    }

    [Theory]
    [MemberData(nameof(OperatorsAndOperands))]
    public void Combines_two_values(string op, string operand)
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var dice = new Dice(seed);
            var channels = dice.Channels();
            var writer = new OnnxWriter().Input("x", channels);
            var other = AddOperand(writer, dice, operand, channels);
            // Away from zero, or quotients would be judged where no tolerance is right.
            writer.Floats("three", [], 3).Node("Add", ["x", "three"], "a").Node("Add", [other, "three"], "b");
            var swapped = dice.Chance();
            writer.Node(op, swapped ? ["b", "a"] : ["a", "b"], "y").Output("y");

            Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Rounded);
        }
    }

    // A constant on either side is what exporters write, and what compilers fold into neighbours.
    [Theory]
    [MemberData(nameof(OperatorsAndConstants))]
    public void Combines_a_value_with_a_constant(string op, string operand)
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var dice = new Dice(seed);
            var channels = dice.Channels();
            var shape = Shape(operand, channels);
            float[] constant = [.. dice.Floats(shape.Append(1).Max()).Select(x => x + 3)];
            var writer = new OnnxWriter()
                .Input("x", channels)
                .Floats("three", [], 3)
                .Floats("c", shape, constant)
                .Node("Add", ["x", "three"], "a")
                .Node(op, dice.Chance() ? ["c", "a"] : ["a", "c"], "y")
                .Output("y");

            Judge.Agree(writer, dice, channels, dice.Length(), dice.Length(), Judge.Rounded);
        }
    }

    [Theory]
    [InlineData("Mul", 0.2F)]
    [InlineData("Add", 0.2F)]
    [InlineData("Sub", 0.2F)]
    [InlineData("Div", 4F)]
    public void Combines_a_convolution_with_a_constant_before_and_after(string op, float constant)
    {
        var dice = new Dice(3);
        var writer = new OnnxWriter()
            .Input("x", 3)
            .Floats("c", [], constant)
            .Floats("each", [1, 3, 1, 1], 0.5F, -2, 3)
            .Floats("w", [3, 3, 3, 3], dice.Floats(81))
            .Node(op, ["x", "each"], "a")
            // What surrounds the picture is zero after the constant, not before.
            .Node("Conv", ["a", "w"], "d", ("pads", new[] { 1L, 1L, 1L, 1L }))
            .Node(op, ["d", "c"], "e")
            .Node("Mul", ["e", "each"], "f")
            .Node("Add", ["f", "x"], "y")
            .Output("y");

        Judge.Agree(writer, dice, 3, 9, 8, Judge.Sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(48)]
    public void Normalises_with_the_statistics_of_training(int channels)
    {
        var dice = new Dice(channels);
        var writer = new OnnxWriter()
            .Input("x", channels)
            .Floats("scale", [channels], dice.Floats(channels))
            .Floats("bias", [channels], dice.Floats(channels))
            .Floats("mean", [channels], dice.Floats(channels))
            .Floats("variance", [channels], [.. dice.Floats(channels).Select(x => x + 1.1F)])
            .Node("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], "y", ("epsilon", 1e-3F))
            .Output("y");

        Judge.Agree(writer, dice, channels, 7, 9, Judge.Rounded);
    }

    [Theory]
    [InlineData("GlobalAveragePool", 17)]
    [InlineData("ReduceMean attribute", 13)]
    [InlineData("ReduceMean negative", 11)]
    [InlineData("ReduceMean input", 18)]
    public void Averages_whole_channels(string form, int opset)
    {
        foreach (var channels in new[] { 1, 3, 16, 33 })
        {
            var dice = new Dice(channels);
            var writer = new OnnxWriter(opset).Input("x", channels);
            _ = form switch
            {
                "GlobalAveragePool" => writer.Node("GlobalAveragePool", ["x"], "mean"),
                "ReduceMean attribute" => writer.Node("ReduceMean", ["x"], "mean", ("axes", new[] { 2L, 3L })),
                "ReduceMean negative" => writer.Node("ReduceMean", ["x"], "mean", ("axes", new[] { -1L, -2L })),
                _ => writer.Ints("axes", 2, 3).Node("ReduceMean", ["x", "axes"], "mean", ("keepdims", 1)),
            };

            Judge.Agree(
                writer.Node("Sub", ["x", "mean"], "y").Output("y"), dice, channels, dice.Length(), 31, Judge.Rounded);
        }
    }

    [Fact]
    public void Multiplies_a_picture_with_the_attention_of_its_mean()
    {
        var dice = new Dice(5);
        var writer = new OnnxWriter()
            .Input("x", 16)
            .Floats("w1", [4, 16, 1, 1], dice.Floats(64))
            .Floats("w2", [16, 4, 1, 1], dice.Floats(64))
            .Node("GlobalAveragePool", ["x"], "mean")
            .Node("Conv", ["mean", "w1"], "c")
            .Node("Relu", ["c"], "r")
            .Node("Conv", ["r", "w2"], "d")
            .Node("Sigmoid", ["d"], "s")
            .Node("Mul", ["x", "s"], "y")
            .Output("y");

        Judge.Agree(writer, dice, 16, 9, 31, Judge.Rounded);
    }

    private static string AddOperand(OnnxWriter writer, Dice dice, string operand, int channels)
    {
        switch (operand)
        {
            case "itself":
                return "x";
            case "tensor":
                writer.Node("Sigmoid", ["x"], "o");
                break;
            case "mean of each channel":
                writer.Node("GlobalAveragePool", ["x"], "o");
                break;
            case "one channel":
                writer.Ints("from", 0).Ints("to", 1).Ints("axis", 1).Node("Slice", ["x", "from", "to", "axis"], "o");
                break;
            default:
                var shape = Shape(operand, channels);
                writer.Floats("o", shape, dice.Floats(shape.Append(1).Max()));
                break;
        }

        return "o";
    }

    private static long[] Shape(string shape, long channels) => shape == "scalar"
        ? []
        : [.. shape.Trim('[', ']').Split(',').Select(length => length == "C" ? channels : 1)];
}
