using Enlarger.Imaging;
using Enlarger.Inference;

namespace Enlarger.Tests.Enlarging;

public sealed class ImageEnlargerTests
{
    [Theory]
    [InlineData("photo", 1)]
    [InlineData("photo", 1.5)]
    [InlineData("photo", 2)]
    [InlineData("photo", 3)]
    [InlineData("photo", 4)]
    [InlineData("photo", 5.3)]
    [InlineData("photo", 8)]
    [InlineData("photo", 16)]
    [InlineData("bicubic", 1)]
    [InlineData("bicubic", 2.5)]
    [InlineData("lanczos", 7)]
    public async Task Enlarges_by_any_scale(string model, double scale)
    {
        var picture = Enlargement.Waves(37, 23, 3);

        var (image, result, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = scale, Model = model });

        Assert.Equal((int)Math.Round(37 * scale, MidpointRounding.AwayFromZero), image.Width);
        Assert.Equal((int)Math.Round(23 * scale, MidpointRounding.AwayFromZero), image.Height);
        Assert.Equal(model, result.Model);
        Assert.InRange(result.Fidelity, 0, 1);
        Assert.Equal(Mean(picture), Mean(image), 1.0);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(64, 9)]
    [InlineData(11, 12)]
    [InlineData(37, 23)]
    public async Task Enlarges_to_an_exact_size(int width, int height)
    {
        var (image, _, _) = await Enlargement.Of(
            Enlargement.Waves(37, 23, 3), new EnlargeOptions { Size = (width, height) });

        Assert.Equal((width, height), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(16.01)]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(double.NaN)]
    public async Task Refuses_scales_out_of_range(double scale) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Enlargement.Of(Enlargement.Waves(8, 8, 3), new EnlargeOptions { Scale = scale }));

    [Fact]
    public async Task Refuses_sizes_out_of_range() =>
        await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(Enlargement.Waves(8, 8, 3), new EnlargeOptions { Size = (8, 129) }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Channels_stay(int channels)
    {
        var (image, _, _) = await Enlargement.Of(Enlargement.Waves(20, 20, channels), new EnlargeOptions { Scale = 2 });

        Assert.Equal(channels, image.Channels);
    }

    [Fact]
    public async Task Sixteen_bits_stay_and_carry_more_than_eight()
    {
        var samples = new byte[64 * 16 * 2];
        for (var i = 0; i < 64 * 16; i++)
        {
            // A ramp over four levels of 8 bits.
            BitConverter.TryWriteBytes(samples.AsSpan(i * 2), (ushort)(30_000 + (i % 64 * 16)));
        }

        var (image, _, _) = await Enlargement.Of(
            new PixelImage(64, 16, 1, 16, samples), new EnlargeOptions { Scale = 2 });

        Assert.Equal(16, image.BitDepth);
        Assert.True(Levels(image) > 50, "The ramp has become stairs.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(255)]
    public async Task Solid_colours_are_valid_pictures(int level)
    {
        var (image, result, _) = await Enlargement.Of(
            Enlargement.Draw(40, 30, 3, (_, _, c) => c == 1 ? level : 0), new EnlargeOptions());

        Assert.InRange(result.Fidelity, 0, 1.5);
        Assert.InRange(image.Row(60)[(80 * 3) + 1], level - 4, level + 4);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 50)]
    [InlineData(50, 1)]
    [InlineData(2, 3)]
    public async Task Tiny_pictures_are_enlarged(int width, int height)
    {
        var picture = Enlargement.Draw(width, height, 3, (_, _, c) => 60 + (c * 70));

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = 4 });

        Assert.Equal((4 * width, 4 * height), (image.Width, image.Height));
        Assert.Equal(Mean(picture), Mean(image), 3.0);
    }

    [Fact]
    public async Task Threads_do_not_change_a_byte()
    {
        var picture = Enlargement.Waves(150, 90, 4);

        var (_, _, one) = await Enlargement.Of(picture, new EnlargeOptions { Threads = 1 });
        var (_, _, three) = await Enlargement.Of(picture, new EnlargeOptions { Threads = 3 });

        Assert.True(one.AsSpan().SequenceEqual(three));
    }

    [Fact]
    public async Task Progress_grows_to_one()
    {
        var reports = new List<double>();
        using var source = Png(Enlargement.Waves(50, 70, 3));

        await new ImageEnlarger().EnlargeAsync(
            source,
            Stream.Null,
            new EnlargeOptions { Scale = 2 },
            new Reporter(reports),
            TestContext.Current.CancellationToken);

        Assert.True(reports.Count > 3);
        Assert.Equal(reports.Order(), reports);
        Assert.Equal(1, reports[^1]);
    }

    [Fact]
    public async Task Cancelling_stops_in_the_middle()
    {
        using var cancel = new CancellationTokenSource();
        using var source = Png(Enlargement.Waves(300, 300, 3));
        var reports = new List<double>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ImageEnlarger().EnlargeAsync(
            source, Stream.Null, new EnlargeOptions(), new Reporter(reports, cancel.Cancel), cancel.Token));

        Assert.InRange(reports[^1], 0, 0.5);
    }

    [Fact]
    public async Task An_unknown_model_is_named()
    {
        var error = await Assert.ThrowsAsync<ModelException>(
            () => Enlargement.Of(Enlargement.Waves(8, 8, 3), new EnlargeOptions { Model = "nonesuch" }));

        Assert.Contains("nonesuch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stripping_leaves_the_colour_profile_only()
    {
        var profile = File.ReadAllBytes(TestData.Get("hostile/icc/kodim23_DisplayP3.jpg"));
        using var source = new MemoryStream(profile);
        using var target = new MemoryStream();

        await new ImageEnlarger().EnlargeAsync(
            source,
            target,
            new EnlargeOptions { Scale = 1, Model = "lanczos", Strip = true },
            cancel: TestContext.Current.CancellationToken);

        target.Position = 0;
        var metadata = Enlargement.Read(target).Metadata;
        Assert.NotNull(metadata.ColourProfile);
        Assert.Null(metadata.Exif);
        Assert.Null(metadata.Xmp);
    }

    private static MemoryStream Png(PixelImage picture) => new(Enlargement.Encode(picture, ImageFormat.Png));

    private static double Mean(PixelImage image) => image.Samples.ToArray().Average(sample => sample);

    private static int Levels(PixelImage image) =>
        Enumerable.Range(0, image.Width)
            .Select(x => BitConverter.ToUInt16(image.Row(16)[(x * 2)..]))
            .Distinct()
            .Count();

    // Progress<T> reports on other threads, in any order.
    private sealed class Reporter(List<double> reports, Action? then = null) : IProgress<double>
    {
        public void Report(double value)
        {
            reports.Add(value);
            then?.Invoke();
        }
    }
}
