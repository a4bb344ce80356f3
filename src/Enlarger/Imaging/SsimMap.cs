using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>
/// Structural similarity, row by row: the window is a product of two Gaussians, so each row is filtered across as it
/// comes, and the last eleven are filtered down.
/// </summary>
internal sealed class SsimMap
{
    private const int Window = ImageQuality.SsimWindow;
    private const double Sigma = 1.5;
    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly double[] Gaussian = MakeGaussian();

    private readonly int _positions;
    private readonly Moments[][] _rows = new Moments[Window][];
    private int _count;

    public SsimMap(int width)
    {
        _positions = width - Window + 1;
        for (var i = 0; i < Window; i++)
        {
            _rows[i] = new Moments[_positions];
        }
    }

    /// <summary>Takes the next row of both pictures.</summary>
    /// <returns>The sum of the similarities at the windows that end in this row; 0 for the first ten rows.</returns>
    public double AddRow(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var row = _rows[_count % Window];
        for (var x = 0; x < _positions; x++)
        {
            var sum = default(Moments);
            for (var k = 0; k < Window; k++)
            {
                sum = sum.Add(Moments.Of(a[x + k], b[x + k]), Gaussian[k]);
            }

            row[x] = sum;
        }

        _count++;
        return _count < Window ? 0 : SumSimilarities();
    }

    private double SumSimilarities()
    {
        var sum = 0.0;
        for (var x = 0; x < _positions; x++)
        {
            var moments = default(Moments);
            for (var k = 0; k < Window; k++)
            {
                moments = moments.Add(_rows[(_count + k) % Window][x], Gaussian[k]);
            }

            sum += moments.Similarity();
        }

        return sum;
    }

    private static double[] MakeGaussian()
    {
        var weights = new double[Window];
        for (var i = 0; i < Window; i++)
        {
            var distance = i - (Window / 2);
            weights[i] = Math.Exp(-distance * distance / (2 * Sigma * Sigma));
        }

        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>Weighted means of two pictures, of their squares and of their product.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Moments(double A, double B, double AA, double BB, double AB)
    {
        public static Moments Of(double a, double b) => new(a, b, a * a, b * b, a * b);

        public Moments Add(Moments other, double weight) => new(
            A + (weight * other.A),
            B + (weight * other.B),
            AA + (weight * other.AA),
            BB + (weight * other.BB),
            AB + (weight * other.AB));

        public double Similarity()
        {
            var varianceA = AA - (A * A);
            var varianceB = BB - (B * B);
            var covariance = AB - (A * B);
            return ((2 * A * B) + C1) * ((2 * covariance) + C2)
                / (((A * A) + (B * B) + C1) * (varianceA + varianceB + C2));
        }
    }
}
