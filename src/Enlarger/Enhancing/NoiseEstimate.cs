using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>How noisy a picture is.</summary>
/// <remarks>
/// The mask of Immerkær, "Fast Noise Variance Estimation", 1996, whose response to flat areas, slopes and straight
/// edges is zero. The lower quartile of its responses is used instead of their mean: texture must then cover three
/// quarters of the picture before it is mistaken for noise.
/// </remarks>
internal sealed class NoiseEstimate
{
    // Every nth row is enough in a large picture.
    private const int RowsMax = 512;

    // The mask sums six independent samples' worth of variance: the square root of its squared weights.
    private const float MaskNorm = 6;

    // A quarter of the absolute values of a normal distribution lie below this many standard deviations.
    private const double LowerQuartile = 0.3186;

    private const int Bins = 2048;
    private const float AnswerMax = 0.25f;

    private readonly int[] _histogram = new int[Bins];

    /// <summary>The standard deviation of the noise in the luma, for samples from 0 to 1.</summary>
    public double Deviation => Quartile() / LowerQuartile;

    /// <summary>The same for a whole picture.</summary>
    public static double Of(PixelImage image)
    {
        var estimate = new NoiseEstimate();
        var step = Math.Max(1, (image.Height - 2) / RowsMax);
        var rows = new float[3][];
        for (var y = 1; y < image.Height - 1; y += step)
        {
            for (var k = 0; k < 3; k++)
            {
                rows[k] = ReadLuma(image, y - 1 + k);
            }

            estimate.Add(
                rows[0].AsSpan(0, image.Width), rows[1].AsSpan(0, image.Width), rows[2].AsSpan(0, image.Width));
        }

        return estimate.Deviation;
    }

    /// <summary>Adds the responses at the middle one of three luma rows; NaN is skipped.</summary>
    public void Add(ReadOnlySpan<float> above, ReadOnlySpan<float> row, ReadOnlySpan<float> below)
    {
        for (var x = 1; x < row.Length - 1; x++)
        {
            var answer = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1]
                - (2 * (above[x] + below[x] + row[x - 1] + row[x + 1])) + (4 * row[x]);
            if (!float.IsNaN(answer))
            {
                var bin = (int)(Math.Abs(answer) * (Bins / MaskNorm / AnswerMax));
                _histogram[Math.Min(bin, Bins - 1)]++;
            }
        }
    }

    private double Quartile()
    {
        var all = 0L;
        foreach (var count in _histogram)
        {
            all += count;
        }

        var wanted = all / 4.0;
        var before = 0L;
        for (var bin = 0; wanted > 0 && bin < Bins; bin++)
        {
            if (before + _histogram[bin] >= wanted)
            {
                return (bin + ((wanted - before) / _histogram[bin])) * AnswerMax / Bins;
            }

            before += _histogram[bin];
        }

        return 0;
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
