using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Scheduling;
using Enlarger.Inference.Steps;
using Enlarger.Inference.Tiling;

namespace Enlarger.Tests.Inference.Tiling;

/// <summary>However a picture is cut up, the result has the same bits.</summary>
public sealed class TilingTests
{
    private static readonly PixelSize Size = new(61, 37);

    public static TheoryData<string> Networks => Files("models");

    public static TheoryData<string> AllNetworks => [.. Files("models"), .. Files("tests/networks")];

    [Theory]
    [MemberData(nameof(AllNetworks))]
    public void Tiles_and_threads_do_not_change_a_bit(string model)
    {
        var network = Load(model);
        var picture = Noise(Size, 3);
        var whole = Tiled(network, picture, new TilingOptions { Threads = 1 });

        // Most samples must not have been clamped.
        Assert.InRange(whole.Count(sample => sample is > 0 and < 1), whole.Length / 10, whole.Length);

        TilingOptions[] cuts =
        [
            new() { Threads = 2 },
            new() { Threads = 3 },
            new() { Threads = 1, TileColumnsMin = 16, WorkingBytesMax = 0, ReadColumnsMax = 99, TileRows = 9 },
            new() { Threads = 2, TileColumnsMin = 9, WorkingBytesMax = 0, ReadColumnsMax = 99, TileRows = 13 },
            new() { Threads = 4, TileColumnsMin = 30, WorkingBytesMax = 0, ReadColumnsMax = 99, TileRows = 36 },
        ];
        foreach (var cut in cuts)
        {
            Assert.True(whole.AsSpan().SequenceEqual(Tiled(network, picture, cut)), $"{cut} differs.");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_tile_is_what_the_whole_picture_gives(string model)
    {
        var network = Load(model);
        var picture = Noise(Size, 4);
        var whole = Whole(network, picture, Size, Padding.Replicate).Select(sample => Math.Clamp(sample, 0, 1));

        var cut = new TilingOptions { Threads = 2, TileColumnsMin = 8, WorkingBytesMax = 0, ReadColumnsMax = 99 };
        Assert.Equal(whole, Tiled(network, picture, cut));
    }

    // Where the margin is wider than the picture, the picture is mirrored several times.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(3, 2)]
    [InlineData(3, 15)]
    [InlineData(15, 40)]
    public void A_tiny_picture_is_enlarged_by_networks_that_look_near_and_far(int width, int height)
    {
        var size = new PixelSize(width, height);
        var picture = Noise(size, 7);
        foreach (string model in AllNetworks)
        {
            var network = Load(model);
            var whole = Tiled(network, picture, size, new TilingOptions { Threads = 1 });
            Assert.All(whole, sample => Assert.InRange(sample, 0, 1));

            var cut = new TilingOptions
            {
                Threads = 2,
                TileColumnsMin = 1,
                WorkingBytesMax = 0,
                ReadColumnsMax = 99,
                TileRows = 1,
            };
            foreach (var options in (TilingOptions[])[new() { Threads = 3 }, cut])
            {
                Assert.True(whole.AsSpan().SequenceEqual(Tiled(network, picture, size, options)), $"{model} differs.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Vectors_of_every_width_agree(string model)
    {
        var file = File.ReadAllBytes(Repository.Path(model));
        var picture = Noise(Size, 3);
        var expected = Whole(Network.Load(file, new VectorKernelSet<Vector8>()), picture);

        foreach (var kernels in new KernelSet[] { new VectorKernelSet<Vector4>(), new VectorKernelSet<Vector16>() })
        {
            var actual = Whole(Network.Load(file, kernels), picture);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 1e-5f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Receptive_field_is_as_far_as_a_pixel_reaches(string model)
    {
        // In a Winograd tile, rounding of a pixel also depends on inputs outside of its receptive field.
        var network = Network.Load(File.ReadAllBytes(Repository.Path(model)), KernelSet.Best, inBlocks: false);
        var reach = network.ReceptiveField!.Value;
        var size = new PixelSize((2 * reach) + 9, 5);
        var stride = size.Width * 3;
        var picture = Noise(size, 3);
        var before = Whole(network, picture, size);

        // The first pixel of each row changes by far, as its effect on the farthest pixel is small.
        for (var i = 0; i < picture.Length; i += stride)
        {
            picture[i] = picture[i + 1] = picture[i + 2] = 100;
        }

        var after = Whole(network, picture, size);
        var pixel = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])
            .Max(i => i / 3 % (size.Width * network.Scale) / network.Scale);
        Assert.Equal(reach, pixel);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Winograd_gives_the_bytes_of_direct_convolution(string model)
    {
        var file = File.ReadAllBytes(Repository.Path(model));
        var picture = Noise(Size, 5);
        var winograd = Whole(Network.Load(file, KernelSet.Best), picture);
        var direct = Whole(Network.Load(file, KernelSet.Best, inBlocks: false), picture);

        var differing = winograd.Zip(direct, (w, d) => Math.Abs(Math.Round(w * 255) - Math.Round(d * 255))).ToArray();
        Assert.InRange(differing.Max(), 0, 1);
        Assert.InRange(differing.Count(levels => levels > 0), 0, differing.Length / 1000);
    }

    [Fact]
    public void Memory_for_the_result_must_be_as_large_as_it()
    {
        var network = Load("models/photo-fast_x2.onnx");
        var cancel = TestContext.Current.CancellationToken;
        var picture = Noise(Size, 3);
        var result = new float[4 * picture.Length];
        network.Enlarge(picture, Size.Height, Size.Width, result, threads: 1, cancel);
        Assert.Equal(network.Enlarge(picture, Size.Height, Size.Width, threads: 2, cancel), result);
        Assert.Throws<ArgumentOutOfRangeException>("result", () =>
            network.Enlarge(picture, Size.Height, Size.Width, new float[result.Length + 1], threads: 1, cancel));
    }

    [Fact]
    public void A_deep_network_keeps_few_rows_of_each_map()
    {
        const int Depth = 80;
        var writer = new OnnxWriter().Input("x0", 3).Floats("w", [3, 3, 3, 3], new float[81]);
        for (var i = 0; i < Depth; i++)
        {
            writer.Node("Conv", [$"x{i}", "w"], $"x{i + 1}", ("pads", new long[] { 1, 1, 1, 1 }));
        }

        var network = Network.Load(writer.Output($"x{Depth}").ToArray());
        var plan = network.Plan(new MapShape(3, 1000, 64), new Extent(0, 1000), scale: 1, Padding.AsExported);

        // A band of 8, and what a kernel of 3 reads around it.
        Assert.InRange(plan.Capacities.Max(), 8, 10);

        // Two rows of each map stay for the next band; the slots of the others are used for the maps that follow.
        Assert.InRange(plan.Layouts.Sum(layout => layout.Slots), 2 * Depth, (2 * Depth) + 30);
    }

    // With very many weights, a narrow picture is computed in taller bands than a wide one.
    [Fact]
    public void Bands_of_another_height_give_the_same_bits()
    {
        const int Channels = 512;
        var size = new PixelSize(150, 34);
        var pads = ("pads", (object)new long[] { 1, 1, 1, 1 });
        var network = Network.Load(new OnnxWriter().Input("x", 3)
            .Floats("first", [Channels, 3, 3, 3], Weights(Channels * 27, size: 0.02f))
            .Floats("middle", [Channels, Channels, 3, 3], Weights(Channels * Channels * 9, size: 0.002f))
            .Floats("last", [3, Channels, 3, 3], Weights(Channels * 27, size: 0.002f))
            .Node("Conv", ["x", "first"], "y", pads)
            .Node("Conv", ["y", "middle"], "z", pads)
            .Node("Conv", ["z", "last"], "detail", pads)
            .Node("Add", ["x", "detail"], "result")
            .Output("result").ToArray());
        Assert.Equal(8, BandRows(size.Width));
        Assert.Equal(32, BandRows(20));

        var picture = Noise(size, 6);
        var tiles = new TilingOptions { Threads = 2, TileColumnsMin = 16, WorkingBytesMax = 0, ReadColumnsMax = 40 };
        var whole = Tiled(network, picture, size, new TilingOptions());
        var changed = whole.Where((sample, i) => sample is > 0 and < 1 && sample != picture[i]).Count();
        Assert.InRange(changed, whole.Length / 10, whole.Length);
        Assert.Equal(whole, Tiled(network, picture, size, tiles));

        int BandRows(int width) =>
            network.Plan(
                new MapShape(3, size.Height, width), new Extent(0, size.Height), scale: 1, Padding.AsExported).BandRows;

        float[] Weights(int count, float size) =>
            [.. Enumerable.Range(0, count).Select(i => ((i * 7 % 13) - 6) * size)];
    }

    private static TheoryData<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(Repository.Path(folder), "*.onnx")
            .Select(path => $"{folder}/{Path.GetFileName(path)}")
            .Order(StringComparer.Ordinal)];

    private static Network Load(string model) => Network.Load(File.ReadAllBytes(Repository.Path(model)));

    private static float[] Whole(Network network, float[] picture) => Whole(network, picture, Size);

    private static float[] Whole(
        Network network, float[] picture, PixelSize size, Padding padding = Padding.AsExported)
    {
        // For replicated padding the picture is mirrored here and the result is cropped.
        var margin = padding == Padding.Replicate ? network.Geometry.Margin : 0;
        var planar = MirroredPicture.Planar(picture, size, margin, network.Geometry.Alignment, out var mirrored);
        var (output, height, width) = network.Run(
            planar, mirrored.Height, mirrored.Width, padding, CancellationToken.None);
        var result = new PixelSize(size.Width * network.Scale, size.Height * network.Scale);
        return MirroredPicture.Crop(output, height, width, margin == 0 ? 0 : network.Geometry.Offset, result);
    }

    private static float[] Tiled(Network network, float[] picture, TilingOptions options) =>
        Tiled(network, picture, Size, options);

    private static float[] Tiled(Network network, float[] picture, PixelSize size, TilingOptions options)
    {
        using var rows = new NetworkRows(network, size, 3, Source, options, CancellationToken.None);
        var length = rows.To.Width * 3;
        var result = new float[length * rows.To.Height];
        for (var y = 0; y < rows.To.Height; y++)
        {
            rows.ReadRow(y, result.AsSpan(y * length, length));
        }

        return result;

        void Source(int y, Span<float> row) => picture.AsSpan(y * size.Width * 3, size.Width * 3).CopyTo(row);
    }

    private static float[] Noise(PixelSize size, int seed)
    {
#pragma warning disable CA5394, RS0030 // Seeded, so that a failure replays.
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size.Width * size.Height * 3).Select(_ => random.NextSingle())];
#pragma warning restore CA5394, RS0030
    }
}
