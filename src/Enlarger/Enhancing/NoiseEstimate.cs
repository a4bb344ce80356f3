using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>How noisy a picture is.</summary>
/// <remarks>
/// The mask of Immerkær, "Fast Noise Variance Estimation", 1996, which neither flat areas nor slopes nor straight edges
/// answer to. Not the mean of its answers but their lower quartile: texture then has to cover three quarters of the
/// picture before it is taken for noise.
/// </remarks>
internal static class NoiseEstimate
{
    // Every so manieth row, because a large picture says no more than these do.
    private const int RowsMax = 512;

    // The mask sums six independent samples' worth of variance: the square root of its squared weights.
    private const float MaskNorm = 6;

    // A quarter of the absolute values of a normal distribution lie below this many standard deviations.
    private const double LowerQuartile = 0.3186;

    private const int Bins = 2048;
    private const float AnswerMax = 0.25f;

    /// <summary>The standard deviation of the noise in the luma, for samples from 0 to 1.</summary>
    public static double Of(PixelImage image)
    {
        if (image.Width < 3 || image.Height < 3)
        {
            return 0;
        }

        var step = Math.Max(1, (image.Height - 2) / RowsMax);
        var rows = new float[3][];
        var histogram = new int[Bins];
        for (var y = 1; y < image.Height - 1; y += step)
        {
            for (var k = 0; k < 3; k++)
            {
                rows[k] = ReadLuma(image, y - 1 + k);
            }

            Count(rows, image.Width, histogram);
        }

        return Quartile(histogram) / LowerQuartile;
    }

    private static void Count(float[][] rows, int width, int[] histogram)
    {
        var (above, row, below) = (rows[0], rows[1], rows[2]);
        for (var x = 1; x < width - 1; x++)
        {
            var answer = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1]
                - (2 * (above[x] + below[x] + row[x - 1] + row[x + 1])) + (4 * row[x]);
            var bin = (int)(Math.Abs(answer) * (Bins / MaskNorm / AnswerMax));
            histogram[Math.Min(bin, Bins - 1)]++;
        }
    }

    private static double Quartile(int[] histogram)
    {
        var wanted = histogram.Sum(count => (long)count) / 4.0;
        var before = 0L;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (before + histogram[bin] >= wanted)
            {
                return (bin + ((wanted - before) / histogram[bin])) * AnswerMax / Bins;
            }

            before += histogram[bin];
        }

        return AnswerMax;
    }

    private static float[] ReadLuma(PixelImage image, int y)
    {
        var channels = image.Layout.ColourChannels;
        var samples = new float[image.Width * channels];
        var planes = new float[channels * Planes.Stride(image.Width)];
        Samples.ReadColours(image, y, samples);
        Planes.Split(samples, channels, image.Width, planes);
        return planes;
    }
}
