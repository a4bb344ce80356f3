using System.Numerics;
using System.Runtime.CompilerServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Smooths what varies less than a given deviation and keeps the edges, row by row: He, Sun and Tang,
/// "Guided Image Filtering", 2010. The luma guides itself and, where there are any, the differences of colour, so that
/// these are smoothed together and stay within the same edges.
/// </summary>
internal sealed class GuidedFilter
{
    // Keeps the quotient a number where the picture is flat; far below a level of 16 bits, squared.
    private const float VarianceMin = 1e-10f;

    private readonly RowCache _picture;
    private readonly RowCache _moments;
    private readonly RowCache _coefficients;
    private readonly BoxWindow _window;
    private readonly Vector<float> _epsilon;
    private readonly float[] _means;
    private readonly float[] _line;
    private readonly int _stride;
    private readonly int _planes;
    private readonly int _radius;

    /// <param name="picture">Rows of planes, at least <c>2 * radius + 1</c> of them kept.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="planes">1 for luma alone, or 3.</param>
    /// <param name="radius">Pixels to each side of a window; the filter sees twice as far.</param>
    /// <param name="deviation">The standard deviation at which half of the variation stays.</param>
    public GuidedFilter(RowCache picture, int width, int height, int planes, int radius, double deviation)
    {
        _picture = picture;
        _planes = planes;
        _radius = radius;
        _stride = Planes.Stride(width);
        _epsilon = new Vector<float>((float)(deviation * deviation) + VarianceMin);
        _window = new BoxWindow(width, radius);
        var length = 2 * planes * _stride;
        _means = new float[length];
        _line = new float[length];
        var kept = (2 * radius) + 1;
        _moments = new RowCache(height, length, kept, ComputeMoments);

        // Behind the coefficients lie the mean and the variance of the luma.
        _coefficients = new RowCache(height, length + (2 * _stride), kept, ComputeCoefficients);
    }

    /// <summary>Computes row <paramref name="y"/>, all planes; rows are asked for in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int y, Span<float> filtered)
    {
        _coefficients.Average(y, _radius, _line);
        var guide = Planes.Vectors(_picture.Row(y)[.._stride]);
        for (var plane = 0; plane < _planes; plane++)
        {
            var slope = Planes.Vectors(_line.AsSpan(2 * plane * _stride, _stride));
            var offset = Planes.Vectors(_line.AsSpan(((2 * plane) + 1) * _stride, _stride));
            var row = Planes.Vectors(filtered.Slice(plane * _stride, _stride));
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = Vector.MultiplyAddEstimate(slope[i], guide[i], offset[i]);
            }
        }
    }

    /// <summary>The means of the luma's windows in a row that has just been read.</summary>
    public ReadOnlySpan<float> Means(int y) => _coefficients.Row(y).Slice(2 * _planes * _stride, _stride);

    /// <summary>The variances of the luma's windows in a row that has just been read.</summary>
    public ReadOnlySpan<float> Variances(int y) => _coefficients.Row(y).Slice(((2 * _planes) + 1) * _stride, _stride);

    // For each plane the samples themselves and their products with the luma, averaged along the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeMoments(int y, Span<float> moments)
    {
        var picture = _picture.Row(y);
        var guide = Planes.Vectors(picture[.._stride]);
        for (var plane = 0; plane < _planes; plane++)
        {
            var samples = picture.Slice(plane * _stride, _stride);
            samples.CopyTo(moments[(2 * plane * _stride)..]);
            var factors = Planes.Vectors(samples);
            var products = Planes.Vectors(moments.Slice(((2 * plane) + 1) * _stride, _stride));
            for (var i = 0; i < products.Length; i++)
            {
                products[i] = guide[i] * factors[i];
            }
        }

        _window.Average(moments);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeCoefficients(int y, Span<float> coefficients)
    {
        _moments.Average(y, _radius, _means);
        var means = Planes.Vectors(_means.AsSpan());
        var length = _stride / Vector<float>.Count;
        var results = Planes.Vectors(coefficients);
        var variances = results.Slice((2 * _planes * length) + length, length);
        for (var i = 0; i < length; i++)
        {
            var mean = means[i];
            variances[i] = Vector.Max(Vector<float>.Zero, means[length + i] - (mean * mean));
            results[(2 * _planes * length) + i] = mean;
        }

        for (var plane = 0; plane < _planes; plane++)
        {
            var at = 2 * plane * length;
            for (var i = 0; i < length; i++)
            {
                var covariance = plane == 0 ? variances[i] : means[at + length + i] - (means[i] * means[at + i]);
                var slope = covariance / (variances[i] + _epsilon);
                results[at + i] = slope;
                results[at + length + i] = means[at + i] - (slope * means[i]);
            }
        }

        _window.Average(coefficients[..(2 * _planes * _stride)]);
    }
}
