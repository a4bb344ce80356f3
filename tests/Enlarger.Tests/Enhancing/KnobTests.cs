using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

public sealed class KnobTests
{
    private static readonly double[] Steps = [0, 0.25, 0.5, 0.75, 1];

    [Theory]
    [InlineData("photo", 2)]
    [InlineData("lanczos", 3)]
    public async Task Nothing_asked_for_is_the_faithful_result(string model, double scale)
    {
        var picture = Enhanced.Sample("kitten-on-lawn", 64, 48);
        var nothing = new EnhanceOptions { Creativity = 0, Replication = 1, Prompt = "gold" };

        var faithful = await Enhanced.Of(picture, null, scale, model);
        var enhanced = await Enhanced.Of(picture, nothing, scale, model);
        var same = await Enhanced.Of(picture, nothing, 1, "photo");

        Assert.Equal(faithful.Samples.ToArray(), enhanced.Samples.ToArray());
        Assert.Equal(picture.Samples.ToArray(), same.Samples.ToArray());
    }

    [Theory]
    [InlineData("kitten-on-lawn", "")]
    [InlineData("casa-mila", "")]
    [InlineData("motherboard-circuits", "")]
    [InlineData("taipei-city", "gold")]
    [InlineData("budgie-branch", "watercolor")]
    public async Task Creativity_changes_the_picture_more_and_more(string sample, string prompt)
    {
        var picture = Enhanced.Sample(sample);
        var changes = new List<double>();
        foreach (var creativity in Steps)
        {
            var options = new EnhanceOptions { Creativity = creativity, Replication = 1, Prompt = prompt };
            changes.Add(Enhanced.Difference(picture, await Enhanced.Of(picture, options)));
        }

        Assert.Equal(0, changes[0]);
        Assert.All(changes.Zip(changes.Skip(1)), pair => Assert.True(pair.Second > pair.First + 0.2, $"{pair}"));
    }

    [Theory]
    [InlineData("kitten-on-lawn", 0, 0, 0.9)]
    [InlineData("casa-mila", 0, 0, 0.9)]
    [InlineData("taipei-city", 12, 0, 0.5)]
    [InlineData("kitten-on-lawn", 0, 0.5, 0.95)]
    [InlineData("motherboard-circuits", 8, 0.5, 0.7)]
    [InlineData("budgie-branch", 8, 1, 0.7)]
    public async Task Replication_keeps_noise_and_lines(string sample, double noise, double creativity, double left)
    {
        var picture = Enhanced.Noisy(Enhanced.Sample(sample), noise);
        var energies = new List<double>();
        foreach (var replication in Steps)
        {
            var options = new EnhanceOptions { Creativity = creativity, Replication = replication };
            energies.Add(Enhanced.FineEnergy(await Enhanced.Of(picture, options)));
        }

        Assert.All(energies.Zip(energies.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair}"));
        Assert.True(energies[0] < left * energies[^1], $"{energies[0]} of {energies[^1]}");
    }

    [Fact]
    public async Task Smoothing_takes_noise_and_leaves_edges()
    {
        var clean = Enlargement.Draw(96, 64, 3, (x, _, _) => x < 48 ? 70 : 180);
        var noisy = Enhanced.Noisy(clean, 8);

        var smooth = await Enhanced.Of(noisy, new EnhanceOptions { Creativity = 0, Replication = 0 });

        Assert.True(Enhanced.Difference(clean, smooth) < 0.4 * Enhanced.Difference(clean, noisy));
        var (dark, bright) = (Column(smooth, 46), Column(smooth, 49));
        Assert.InRange(dark, 66, 78);
        Assert.InRange(bright, 172, 184);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(5, 1)]
    [InlineData(16, 2)]
    public async Task Edges_between_colours_of_equal_brightness_stay(int side, double scale)
    {
        var picture = Enlargement.Draw(96, 64, 3, (x, y, c) => RedOrGreen(((x / side) + (y / side)) % 2 == 0, c));

        await EdgesStay(picture, scale);
    }

    [Fact]
    public async Task Small_marks_of_another_colour_and_equal_brightness_stay()
    {
        // Strokes of two pixels, some lying and some standing, as in letters.
        var picture = Enlargement.Draw(96, 64, 3, (x, y, c) =>
            RedOrGreen(y % 16 < 10 && (x % 8 < 2 || (y % 16 is 4 or 5 && x % 24 < 16)), c));

        await EdgesStay(picture, 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public async Task Edges_overshoot_by_three_tenths_of_their_height_at_most(double creativity)
    {
        var step = Enlargement.Draw(96, 48, 3, (x, _, _) => x < 48 ? 80 : 170);
        var options = new EnhanceOptions { Creativity = creativity, Replication = 1 };

        var image = await Enhanced.Of(step, options, 2, "photo");

        var row = Enumerable.Range(0, image.Width).Select(x => (int)image.Row(48)[(x * 3) + 1]).ToArray();
        // Samples are whole numbers: three tenths, rounded up.
        var allowed = (((row[^4] - row[4]) * 3) + 9) / 10;
        Assert.InRange(row.Min(), row[4] - allowed, row[4]);
        Assert.InRange(row.Max(), row[^4], row[^4] + allowed);
        Assert.True(row[^4] - row[4] >= 88, $"{row[4]} to {row[^4]}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(255)]
    public async Task What_is_flat_stays_flat(int level)
    {
        var flat = Enlargement.Draw(40, 32, 3, (_, _, c) => c == 0 ? level : 120);

        var image = await Enhanced.Of(flat, new EnhanceOptions { Creativity = 1 }, 2);

        for (var channel = 0; channel < 3; channel++)
        {
            var samples = image.Samples.ToArray().Where((_, index) => index % 3 == channel).ToArray();
            Assert.InRange(samples.Max() - samples.Min(), 0, 1);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("marble, grainy, rain, canvas and wood")]
    public async Task Threads_do_not_change_a_byte(string prompt)
    {
        var picture = Enhanced.Sample("taipei-city", 300, 60);
        var options = new EnhanceOptions { Creativity = 0.8, Prompt = prompt };

        var one = await Enhanced.Of(picture, options, 2, "photo", threads: 1);
        var three = await Enhanced.Of(picture, options, 2, "photo", threads: 3);

        Assert.Equal(one.Samples.ToArray(), three.Samples.ToArray());
    }

    [Fact]
    public async Task Alpha_is_left_alone()
    {
        var waves = Enhanced.Sample("budgie-branch", 48, 40);
        var picture = Enlargement.Draw(48, 40, 4, (x, y, c) =>
            c < 3 ? waves.Row(y)[(x * 3) + c] : x > 30 ? 0 : 255 - (4 * x));

        var faithful = await Enhanced.Of(picture, null, 2);
        var enhanced = await Enhanced.Of(picture, new EnhanceOptions { Creativity = 1, Prompt = "gold" }, 2);

        Assert.Equal(4, enhanced.Channels);
        Assert.Equal(Alpha(faithful), Alpha(enhanced));
    }

    [Theory]
    [InlineData(1, "", 1)]
    [InlineData(1, "dark, grainy", 1)]
    [InlineData(1, "gold", 3)]
    [InlineData(1, "silver and noir", 3)]
    [InlineData(2, "sepia", 4)]
    public async Task Grey_stays_grey_unless_colour_is_asked_for(int channels, string prompt, int expected)
    {
        var picture = Enlargement.Waves(40, 32, channels);

        var (image, result, _) = await Enlargement.Of(
            picture, new EnlargeOptions { Scale = 2, Enhance = new EnhanceOptions { Prompt = prompt } });

        Assert.Equal(expected, image.Channels);
        Assert.Equal(expected, result.Result.Channels);
    }

    [Fact]
    public async Task Sixteen_bits_carry_more_than_eight()
    {
        var samples = new byte[96 * 32 * 2];
        for (var i = 0; i < 96 * 32; i++)
        {
            BitConverter.TryWriteBytes(samples.AsSpan(i * 2), (ushort)(30_000 + (i % 96 * 8)));
        }

        var image = await Enhanced.Of(
            new PixelImage(96, 32, 1, 16, samples), new EnhanceOptions { Creativity = 1, Replication = 0 });

        Assert.Equal(16, image.BitDepth);
        var levels = Enumerable.Range(0, 96).Select(x => BitConverter.ToUInt16(image.Row(16)[(x * 2)..])).Distinct();
        Assert.True(levels.Count() > 60, "The ramp has become stairs.");
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 300, 1)]
    [InlineData(300, 2, 3)]
    [InlineData(17, 5, 16)]
    public async Task Any_shape_and_scale_will_do(int width, int height, double scale)
    {
        var options = new EnhanceOptions { Creativity = 1, Replication = 0, Prompt = "oil painting, gold, rain" };

        var image = await Enhanced.Of(Enlargement.Waves(width, height, 3), options, scale);

        Assert.Equal((int)(width * scale), image.Width);
        Assert.Equal((int)(height * scale), image.Height);
    }

    [Theory]
    [InlineData(-0.01, 0.5)]
    [InlineData(1.01, 0.5)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(0.5, -0.01)]
    [InlineData(0.5, 1.01)]
    [InlineData(0.5, double.NaN)]
    public async Task Refuses_knobs_out_of_range(double creativity, double replication) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Enhanced.Of(
            Enlargement.Waves(8, 8, 3), new EnhanceOptions { Creativity = creativity, Replication = replication }));

    private static int RedOrGreen(bool isRed, int channel) => isRed ? channel == 0 ? 255 : 0 : channel == 1 ? 130 : 0;

    private static async Task EdgesStay(PixelImage picture, double scale)
    {
        var kept = await Enhanced.Of(picture, new EnhanceOptions { Creativity = 0, Replication = 1 }, scale);
        var smooth = await Enhanced.Of(picture, new EnhanceOptions { Creativity = 0, Replication = 0 }, scale);

        Assert.InRange(Enhanced.Difference(kept, smooth), 0, 3);
        var worst = kept.Samples.ToArray().Zip(smooth.Samples.ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(worst, 0, 20);
    }

    private static double Column(PixelImage image, int x) =>
        Enumerable.Range(0, image.Height).Average(y => image.Row(y)[(x * 3) + 1]);

    private static byte[] Alpha(PixelImage image) =>
        [.. image.Samples.ToArray().Where((_, index) => index % 4 == 3)];
}
