namespace Enlarger.Tests.Inference.Operators;

public sealed class ConvolutionTests
{
    public static TheoryData<int> Seeds => Dice.Seeds(60);

    public static TheoryData<int, int> ChannelsAndWidths
    {
        get
        {
            var data = new TheoryData<int, int>();
            int[] widths = [1, 2, 3, 7, 8, 9, 31];
            foreach (var channels in new[] { 1, 2, 3, 5, 8, 12, 16, 17, 32, 33, 48, 64 })
            {
                foreach (var width in widths)
                {
                    data.Add(channels, width);
                }
            }

            return data;
        }
    }

    // The convolution that nearly all of a super-resolution network consists of.
    [Theory]
    [MemberData(nameof(ChannelsAndWidths))]
    public void Convolves_3x3(int channels, int width)
    {
        var dice = new Dice(100 * channels + width);
        var outputs = channels > 16 ? dice.Of(3, 16, 33) : dice.Channels();
        var writer = new OnnxWriter()
            .Input("x", channels)
            .Floats("w", [outputs, channels, 3, 3], dice.Floats(outputs * channels * 9))
            .Floats("b", [outputs], dice.Floats(outputs))
            .Node("Conv", ["x", "w", "b"], "y", ("kernel_shape", new[] { 3L, 3L }), ("pads", new[] { 1L, 1L, 1L, 1L }))
            .Output("y");

        Judge.Agree(writer, dice, channels, dice.From(1, 9), width, Judge.Sums);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolves_with_any_kernel_stride_dilation_and_padding(int seed)
    {
        var dice = new Dice(seed);
        var (inputs, outputs) = (dice.FewChannels(), dice.FewChannels());
        var (kernelY, kernelX) = (dice.Of(1, 2, 3, 4, 5, 7, 9), dice.Of(1, 2, 3, 4, 5, 7, 9));
        kernelX = dice.Chance() ? kernelY : kernelX;
        var dilation = dice.Of(1, 1, 2);
        // As large as the kernel reaches at least, so that every height and width has an output.
        var (padY, padX) = ((kernelY - 1) * dilation / 2, (kernelX - 1) * dilation / 2);
        long[] pads = [padY + dice.From(0, 1), padX + dice.From(0, 1), padY + 1, padX + dice.From(1, 2)];
        var writer = Convolution(dice, inputs, [outputs, inputs, kernelY, kernelX],
            ("strides", new long[] { dice.Of(1, 1, 2, 3), dice.Of(1, 1, 2, 3) }),
            ("dilations", new long[] { dilation, dilation }),
            ("pads", pads));

        Judge.Agree(writer, dice, inputs, dice.Length(), dice.Length(), Judge.Sums);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolves_in_groups(int seed)
    {
        var dice = new Dice(seed);
        var depthwise = dice.Chance();
        var groups = depthwise ? dice.Channels() : 2;
        var (inputsOfGroup, outputsOfGroup) = depthwise ? (1, dice.Of(1, 1, 2)) : (dice.Of(1, 3, 8), dice.Of(1, 4, 9));
        var kernel = dice.Of(1, 3, 5);
        var stride = dice.Of(1L, 1L, 2L);
        var writer = Convolution(dice, groups * inputsOfGroup, [groups * outputsOfGroup, inputsOfGroup, kernel, kernel],
            ("group", groups),
            ("strides", new[] { stride, stride }),
            ("pads", Enumerable.Repeat((long)(kernel / 2), 4).ToArray()));

        Judge.Agree(writer, dice, groups * inputsOfGroup, dice.Length(), dice.Length(), Judge.Sums);
    }

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    [InlineData("VALID")]
    public void Convolves_with_automatic_padding(string mode)
    {
        for (var seed = 1; seed <= 6; seed++)
        {
            var dice = new Dice(seed);
            var writer = Automatic(dice, mode, stride: mode == "VALID" ? dice.Of(1, 2, 3) : 1);
            Judge.Agree(writer, dice, 3, dice.Length() + 5, dice.Length() + 5, Judge.Sums);
        }
    }

    // With a stride the padding depends on the size of the picture, which a network may refuse.
    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    public void Never_takes_the_automatic_padding_of_another_size(string mode)
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            var dice = new Dice(seed);
            var writer = Automatic(dice, mode, stride: dice.Of(2, 3));
            Judge.AgreeOrRefuse(writer, dice, 3, dice.Length() + 5, dice.Length() + 5, Judge.Sums, "size");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolves_transposed(int seed)
    {
        var dice = new Dice(seed);
        var (inputs, outputs, groups) = (dice.FewChannels(), dice.FewChannels(), dice.Of(1, 1, 1, 2));
        var stride = dice.Of(1, 2, 3, 4);
        var kernel = Math.Max(dice.Of(1, 2, 3, 4, 5, 9), stride);
        var more = dice.From(0, stride - 1);
        // Less padding than would leave nothing of the picture of one pixel.
        var pad = dice.From(0, (kernel - 1) / 2);
        var writer = new OnnxWriter()
            .Input("x", inputs * groups)
            .Floats("w", [inputs * groups, outputs, kernel, kernel],
                dice.Floats(inputs * groups * outputs * kernel * kernel))
            .Floats("b", [outputs * groups], dice.Floats(outputs * groups))
            .Node("ConvTranspose", dice.Chance() ? ["x", "w", "b"] : ["x", "w"], "y",
                ("group", groups),
                ("strides", new long[] { stride, stride }),
                ("pads", new long[] { pad, pad, pad, pad }),
                ("output_padding", new long[] { more, more }))
            .Output("y");

        Judge.Agree(writer, dice, inputs * groups, dice.Of(1, 2, 7, 9), dice.Of(1, 3, 8, 17), Judge.Sums);
    }

    // What a compiler likes to fuse has to be right when it cannot be fused, too.
    [Theory]
    [InlineData("used once")]
    [InlineData("used twice")]
    [InlineData("is the output")]
    public void Keeps_a_convolution_apart_from_what_follows_where_it_must(string use)
    {
        var dice = new Dice(7);
        var writer = new OnnxWriter()
            .Input("x", 3)
            .Floats("w", [8, 3, 3, 3], dice.Floats(216))
            .Floats("v", [8, 8, 3, 3], dice.Floats(576))
            .Floats("slope", [8, 1, 1], dice.Floats(8))
            .Node("Conv", ["x", "w"], "c", ("pads", new[] { 1L, 1L, 1L, 1L }))
            .Node("PRelu", ["c", "slope"], "p")
            .Node("Conv", ["p", "v"], "d", ("pads", new[] { 1L, 1L, 1L, 1L }));
        _ = use switch
        {
            "used once" => writer.Node("Relu", ["d"], "e").Node("Add", ["e", "p"], "y").Output("y"),
            "used twice" => writer.Node("Add", ["d", "c"], "e").Node("Mul", ["e", "d"], "y").Output("y"),
            _ => writer.Node("Relu", ["d"], "unused").Output("d"),
        };

        Judge.Agree(writer, dice, 3, 9, 31, Judge.Sums);
    }

    private static OnnxWriter Automatic(Dice dice, string mode, long stride)
    {
        var kernel = dice.Of(1, 2, 3, 4, 5);
        return Convolution(dice, 3, [5, 3, kernel, kernel],
            ("auto_pad", mode), ("strides", new[] { stride, stride }));
    }

    private static OnnxWriter Convolution(
        Dice dice, int channels, long[] weights, params (string Name, object Value)[] attributes) => new OnnxWriter()
            .Input("x", channels)
            .Floats("w", weights, dice.Floats(weights.Aggregate((a, b) => a * b)))
            .Floats("b", [weights[0]], dice.Floats(weights[0]))
            .Node("Conv", dice.Chance() ? ["x", "w", "b"] : ["x", "w"], "y", attributes)
            .Output("y");
}
