using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference.Tiling;

/// <summary>The border of a result is as good as its middle, as the picture is mirrored beyond its border.</summary>
public sealed class BorderTests
{
    // How much our networks may change a flat colour, in levels of 255.
    private const double LevelsMax = 2;

    // Vectors and Winograd tiles that lie elsewhere round differently. Relative to full scale.
    private const double Rounding = 1e-4;

    private static readonly (float Red, float Green, float Blue)[] Colours =
    [
        (1, 0, 1), (0, 0, 0), (1, 1, 1), (0.5f, 0.5f, 0.5f), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1),
        (0.2f, 0.4f, 0.8f), (0.9f, 0.7f, 0.55f), (0.05f, 0.1f, 0.02f),
    ];

    private static readonly PixelSize[] Sizes = [new(8, 8), new(13, 9), new(31, 16), new(64, 48)];

    public static TheoryData<string> Networks => Files("models");

    public static TheoryData<string> AllNetworks => [.. Files("models"), .. Files("tests/networks")];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_flat_picture_stays_what_it_is(string model)
    {
        var network = Load(model);
        foreach (var colour in Colours)
        {
            // The largest size for two colours only: it takes longest and shows the least.
            foreach (var size in colour.Red == 1 && colour.Green == 0 ? Sizes : Sizes[..^1])
            {
                var result = network.Enlarge(
                    Flat(size, colour), size.Height, size.Width, threads: 2, TestContext.Current.CancellationToken);
                var worst = Enumerable.Range(0, result.Length).Max(i => Math.Abs(result[i] - Channel(colour, i % 3)));
                Assert.True(worst * 255 <= LevelsMax, $"{colour} of {size} is off by {worst * 255:0.0} levels.");
            }
        }
    }

    // Random weights make no picture, but all pixels the same: in each phase, for those that reduce and enlarge.
    [Theory]
    [MemberData(nameof(AllNetworks))]
    public void The_border_of_a_flat_picture_is_like_its_middle(string model)
    {
        var network = Load(model);
        foreach (var size in Sizes[..^1])
        {
            CheckFlat(network, size, (0.6f, 0.4f, 0.5f));
        }
    }

    // A network that reduces and enlarges, and pads in each of the ways there are: with a node and in convolutions.
    [Fact]
    public void Networks_that_pad_with_a_node_see_no_border_either()
    {
        const int Channels = 4;
        var network = Network.Load(new OnnxWriter().Input("x", 3)
            .Floats("down", [Channels, 3, 4, 4], Weights(Channels * 3 * 16))
            .Floats("up", [Channels, 3, 4, 4], Weights(Channels * 3 * 16))
            .Ints("pads", [0, 0, 1, 1, 0, 0, 1, 1])
            .Node("Pad", ["x", "pads"], "padded", ("mode", "constant"))
            .Node("Conv", ["padded", "down"], "half", ("strides", new long[] { 2, 2 }))
            .Node("ConvTranspose", ["half", "up"], "whole",
                ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }))
            .Node("Add", ["x", "whole"], "y")
            .Output("y").ToArray());

        CheckFlat(network, new PixelSize(14, 10), (0.3f, 0.2f, 0.25f));
        CheckFlat(network, new PixelSize(9, 11), (0.3f, 0.2f, 0.25f));

        // Run follows the standard, so the border is visible.
        var black = network.Run(
            Enumerable.Repeat(0.3f, 3 * 14 * 10).ToArray(), 10, 14, TestContext.Current.CancellationToken);
        Assert.NotEqual(black.Output[0], black.Output[(4 * 14) + 4], Rounding);
    }

    [Theory]
    [MemberData(nameof(AllNetworks))]
    public void Results_are_those_of_the_mirrored_picture(string model)
    {
        var file = File.ReadAllBytes(Repository.Path(model));
        var (network, graph) = (Network.Load(file), OnnxReader.Read(file));
        var geometry = network.Geometry;

        // Networks whose receptive field is the whole picture may mirror it themselves, so it must be large enough.
        PixelSize[] sizes = network.ReceptiveField is null ? [new(17, 15)]
            : model.StartsWith("models", StringComparison.Ordinal) ? [new(1, 1), new(3, 2)]
            : [new(1, 1), new(1, 5), new(3, 2), new(11, 7)];
        foreach (var size in sizes)
        {
            var picture = Noise(size, 11);
            var planar = MirroredPicture.Planar(picture, size, geometry.Margin, geometry.Alignment, out var mirrored);
            var plane = mirrored.Width * mirrored.Height;
            var output = Enumerable.Range(0, 3 / network.Channels)
                .Select(i => planar.AsSpan(i * plane * network.Channels, plane * network.Channels).ToArray())
                .Select(part => ReferenceRuntime.Run(graph, part, mirrored.Height, mirrored.Width, repeatsEdges: true))
                .ToArray();
            var expected = MirroredPicture.Crop(
                [.. output.SelectMany(part => part.Values).Select(sample => (float)Math.Clamp(sample, 0, 1))],
                output[0].Shape[2],
                output[0].Shape[3],
                geometry.Offset,
                new PixelSize(size.Width * network.Scale, size.Height * network.Scale));
            var actual = network.Enlarge(
                picture, size.Height, size.Width, threads: 2, TestContext.Current.CancellationToken);

            Closeness.Check(
                [.. expected.Select(x => (double)x)], [.. actual.Select(x => (double)x)], tolerance: 5e-4);
        }
    }

    // Mirroring changes a gradient at the border by no more than its step from pixel to pixel.
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_gradient_goes_on_up_to_the_border(string model)
    {
        const int Step = 3;
        var network = Load(model);
        var size = new PixelSize(48, 24);
        float[] picture = [.. Enumerable.Range(0, size.Width * size.Height * 3)
            .Select(i => (40 + ((i / 3 % size.Width) * Step)) / 255f)];
        var result = network.Enlarge(
            picture, size.Height, size.Width, threads: 2, TestContext.Current.CancellationToken);
        for (var i = 0; i < result.Length; i++)
        {
            var x = i / 3 % (size.Width * network.Scale);
            var expected = 40 + ((((x + 0.5) / network.Scale) - 0.5) * Step);
            Assert.InRange(result[i] * 255, expected - Step, expected + Step);
        }
    }

    private static void CheckFlat(Network network, PixelSize size, (float Red, float Green, float Blue) colour)
    {
        var period = network.Scale * network.Geometry.Alignment;
        var result = network.Enlarge(
            Flat(size, colour), size.Height, size.Width, threads: 2, TestContext.Current.CancellationToken);
        var (width, height) = (size.Width * network.Scale, size.Height * network.Scale);
        for (var i = 0; i < result.Length; i++)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            var (middleX, middleY) = (Middle(x, width), Middle(y, height));
            Assert.Equal(result[(((middleY * width) + middleX) * 3) + (i % 3)], result[i], Rounding);
        }

        int Middle(int at, int length) => (length / 2 / period * period) + (at % period);
    }

    private static float[] Flat(PixelSize size, (float Red, float Green, float Blue) colour) =>
        [.. Enumerable.Range(0, size.Width * size.Height * 3).Select(i => Channel(colour, i % 3))];

    private static float Channel((float Red, float Green, float Blue) colour, int channel) =>
        channel == 0 ? colour.Red : channel == 1 ? colour.Green : colour.Blue;

    private static float[] Weights(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ((i * 7 % 13) - 4) * 0.02f)];

    private static float[] Noise(PixelSize size, int seed)
    {
#pragma warning disable CA5394, RS0030 // Seeded, so that a failure replays.
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size.Width * size.Height * 3).Select(_ => random.NextSingle())];
#pragma warning restore CA5394, RS0030
    }

    private static Network Load(string model) => Network.Load(File.ReadAllBytes(Repository.Path(model)));

    private static TheoryData<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(Repository.Path(folder), "*.onnx")
            .Select(path => $"{folder}/{Path.GetFileName(path)}")
            .Order(StringComparer.Ordinal)];
}
