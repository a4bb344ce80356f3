using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

public sealed class ImageQualityTests
{
    [Fact]
    public void A_picture_is_perfectly_like_itself()
    {
        var picture = Noise(20, 16, 3, seed: 1);

        Assert.Equal(double.PositiveInfinity, ImageQuality.Psnr(picture, picture));
        Assert.Equal(double.PositiveInfinity, ImageQuality.PsnrRgb(picture, picture));
        Assert.Equal(1, ImageQuality.Ssim(picture, picture), 1e-12);
    }

    [Fact]
    public void One_level_in_each_sample_is_the_textbook_figure()
    {
        var reference = Plain(16, 16, 3, 100);
        var image = Plain(16, 16, 3, 101);

        // 20 log10(255), and the same for a luma that spans 219 of the 255 levels.
        Assert.Equal(48.1308, ImageQuality.PsnrRgb(reference, image), 1e-4);
        Assert.Equal(48.1308 + (20 * Math.Log10(255.0 / 219)), ImageQuality.Psnr(reference, image), 1e-3);
    }

    [Fact]
    public void Only_what_the_crop_leaves_counts()
    {
        var reference = Plain(16, 16, 1, 100);
        var samples = reference.Samples.ToArray();
        samples[0] = 0;
        samples[(16 * 15) + 7] = 255;
        var image = new PixelImage(16, 16, 1, 8, samples);

        Assert.True(double.IsFinite(ImageQuality.Psnr(reference, image)));
        Assert.Equal(double.PositiveInfinity, ImageQuality.Psnr(reference, image, crop: 1));
    }

    [Fact]
    public void Grey_counts_as_equal_colours_and_alpha_not_at_all()
    {
        var grey = Noise(16, 16, 1, seed: 3);
        var colour = new byte[16 * 16 * 4];
        for (var i = 0; i < 16 * 16; i++)
        {
            colour.AsSpan(i * 4, 3).Fill(grey.Samples.Span[i]);
            colour[(i * 4) + 3] = (byte)i;
        }

        var image = new PixelImage(16, 16, 4, 8, colour);

        Assert.Equal(double.PositiveInfinity, ImageQuality.Psnr(grey, image));
        Assert.Equal(double.PositiveInfinity, ImageQuality.PsnrRgb(grey, image));
    }

    [Fact]
    public void Sixteen_bits_are_measured_on_the_scale_of_eight()
    {
        var reference = Noise(16, 16, 3, seed: 4);
        var image = Noise(16, 16, 3, seed: 5);

        Assert.Equal(ImageQuality.Psnr(reference, image), ImageQuality.Psnr(Widen(reference), Widen(image)), 1e-9);
        Assert.Equal(ImageQuality.Ssim(reference, image), ImageQuality.Ssim(Widen(reference), Widen(image)), 1e-9);
    }

    [Fact]
    public void Similarity_agrees_with_its_formula_for_one_window()
    {
        var reference = Noise(11, 11, 1, seed: 8);
        var image = Noise(11, 11, 1, seed: 9);

        Assert.Equal(SimilarityByDefinition(reference, image), ImageQuality.Ssim(reference, image), 1e-12);
    }

    [Theory, InlineData(15, 16, 0), InlineData(16, 16, 8), InlineData(16, 16, -1)]
    public void Refuses_what_cannot_be_compared(int width, int height, int crop)
    {
        var reference = Plain(16, 16, 3, 0);
        var image = Plain(width, height, 3, 0);

        Assert.ThrowsAny<ArgumentException>(() => ImageQuality.Psnr(reference, image, crop));
        Assert.ThrowsAny<ArgumentException>(() => ImageQuality.PsnrRgb(reference, image, crop));
        Assert.ThrowsAny<ArgumentException>(() => ImageQuality.Ssim(reference, image, crop));
    }

    private static double SimilarityByDefinition(PixelImage reference, PixelImage image)
    {
        var weights = new double[121];
        var a = new double[121];
        var b = new double[121];
        for (var i = 0; i < 121; i++)
        {
            var (dx, dy) = ((i % 11) - 5, (i / 11) - 5);
            weights[i] = Math.Exp(-((dx * dx) + (dy * dy)) / 4.5);
            a[i] = 16 + (219 * reference.Samples.Span[i] / 255.0);
            b[i] = 16 + (219 * image.Samples.Span[i] / 255.0);
        }

        var total = weights.Sum();
        double Mean(Func<int, double> value) => Enumerable.Range(0, 121).Sum(i => weights[i] / total * value(i));
        var (meanA, meanB) = (Mean(i => a[i]), Mean(i => b[i]));
        var varianceA = Mean(i => (a[i] - meanA) * (a[i] - meanA));
        var varianceB = Mean(i => (b[i] - meanB) * (b[i] - meanB));
        var covariance = Mean(i => (a[i] - meanA) * (b[i] - meanB));
        return ((2 * meanA * meanB) + 6.5025) * ((2 * covariance) + 58.5225)
            / (((meanA * meanA) + (meanB * meanB) + 6.5025) * (varianceA + varianceB + 58.5225));
    }

    private static PixelImage Plain(int width, int height, int channels, byte level)
    {
        var samples = new byte[width * height * channels];
        Array.Fill(samples, level);
        return new PixelImage(width, height, channels, 8, samples);
    }

    private static PixelImage Noise(int width, int height, int channels, int seed)
    {
        var samples = new byte[width * height * channels];
        new Random(seed).NextBytes(samples);
        return new PixelImage(width, height, channels, 8, samples);
    }

    private static PixelImage Widen(PixelImage image)
    {
        // 257 * v is v / 255 of the 16-bit range, and reads the same in both byte orders.
        var samples = image.Samples.ToArray().SelectMany(level => new[] { level, level }).ToArray();
        return new PixelImage(image.Width, image.Height, image.Channels, 16, samples);
    }
}
