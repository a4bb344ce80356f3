using System.Numerics;
using System.Runtime.CompilerServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Edge-preserving smoothing, row by row: He, Sun and Tang, "Guided Image Filtering", 2010. Variation below a given
/// standard deviation is smoothed. Luma is its own guide. Chroma is guided by luma and by itself (their equation for
/// guides of several channels, here two), which also keeps edges between colours of equal brightness.
/// </summary>
internal sealed class GuidedFilter
{
    // Avoids division by zero in flat areas; far below the square of a level of 16 bits.
    private const float VarianceMin = 1e-10f;

    // Chroma guides itself only above twice the deviation: it contains the noise of two channels or more, and losing
    // faint colour is better than keeping coloured noise.
    private const float ColourPenalty = 4;

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
    /// <param name="radius">
    /// Pixels to each side of a window; the receptive field of the filter is twice as wide.
    /// </param>
    /// <param name="deviation">The standard deviation at which half of the variation is kept.</param>
    public GuidedFilter(RowCache picture, int width, int height, int planes, int radius, double deviation)
    {
        _picture = picture;
        _planes = planes;
        _radius = radius;
        _stride = Planes.Stride(width);
        _epsilon = new Vector<float>((float)(deviation * deviation) + VarianceMin);
        _window = new BoxWindow(width, radius);
        var length = Part(planes) * _stride;
        _means = new float[length];
        _line = new float[length];
        var kept = (2 * radius) + 1;
        _moments = new RowCache(height, length, kept, ComputeMoments);

        // After the coefficients come the mean and the variance of the luma.
        _coefficients = new RowCache(height, length + (2 * _stride), kept, ComputeCoefficients);
    }

    /// <summary>Computes row <paramref name="y"/>, all planes; rows are asked for in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int y, Span<float> filtered)
    {
        _coefficients.Average(y, _radius, _line);
        var guide = Planes.Vectors(_picture.Row(y)[.._stride]);
        var line = Planes.Vectors(_line.AsSpan());
        var length = guide.Length;
        var luma = Planes.Vectors(filtered[.._stride]);
        for (var i = 0; i < length; i++)
        {
            luma[i] = Vector.MultiplyAddEstimate(line[i], guide[i], line[length + i]);
        }

        for (var plane = 1; plane < _planes; plane++)
        {
            var slopes = line.Slice(Part(plane) * length, 3 * length);
            var itself = Planes.Vectors(_picture.Row(y).Slice(plane * _stride, _stride));
            var row = Planes.Vectors(filtered.Slice(plane * _stride, _stride));
            for (var i = 0; i < length; i++)
            {
                var own = Vector.MultiplyAddEstimate(slopes[length + i], itself[i], slopes[(2 * length) + i]);
                row[i] = Vector.MultiplyAddEstimate(slopes[i], guide[i], own);
            }
        }
    }

    /// <summary>Window means of the luma, for the row read last.</summary>
    public ReadOnlySpan<float> Means(int y) => _coefficients.Row(y).Slice(Part(_planes) * _stride, _stride);

    /// <summary>Window variances of the luma, for the row read last.</summary>
    public ReadOnlySpan<float> Variances(int y) => _coefficients.Row(y).Slice((Part(_planes) + 1) * _stride, _stride);

    // Where the moments and the coefficients of a plane begin: two rows of the luma, and three of each colour.
    private static int Part(int plane) => plane == 0 ? 0 : (3 * plane) - 1;

    // For each plane the samples themselves, their products with the luma and, for colour, their squares, averaged
    // along the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeMoments(int y, Span<float> moments)
    {
        var picture = _picture.Row(y);
        var guide = Planes.Vectors(picture[.._stride]);
        for (var plane = 0; plane < _planes; plane++)
        {
            var samples = picture.Slice(plane * _stride, _stride);
            var at = Part(plane) * _stride;
            samples.CopyTo(moments[at..]);
            Multiply(guide, Planes.Vectors(samples), Planes.Vectors(moments.Slice(at + _stride, _stride)));
            if (plane > 0)
            {
                var squares = Planes.Vectors(moments.Slice(at + (2 * _stride), _stride));
                Multiply(Planes.Vectors(samples), Planes.Vectors(samples), squares);
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
        var behind = Part(_planes) * length;
        var variances = results.Slice(behind + length, length);
        for (var i = 0; i < length; i++)
        {
            var mean = means[i];
            variances[i] = Vector.Max(Vector<float>.Zero, means[length + i] - (mean * mean));
            results[behind + i] = mean;
            var slope = variances[i] / (variances[i] + _epsilon);
            results[i] = slope;
            results[length + i] = mean - (slope * mean);
        }

        for (var plane = 1; plane < _planes; plane++)
        {
            var at = Part(plane) * length;
            GuideColour(means, variances, means.Slice(at, 3 * length), results.Slice(at, 3 * length));
        }

        _window.Average(coefficients[..(Part(_planes) * _stride)]);
    }

    // Ridge regression of a chroma plane on luma and itself, with a penalty on both slopes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GuideColour(
        ReadOnlySpan<Vector<float>> lumas,
        ReadOnlySpan<Vector<float>> variances,
        ReadOnlySpan<Vector<float>> moments,
        Span<Vector<float>> coefficients)
    {
        var length = variances.Length;
        var penalty = _epsilon * ColourPenalty;
        for (var i = 0; i < length; i++)
        {
            var (luma, mean) = (lumas[i], moments[i]);
            var covariance = moments[length + i] - (luma * mean);
            var variance = Vector.Max(Vector<float>.Zero, moments[(2 * length) + i] - (mean * mean));
            var guide = variances[i] + _epsilon;
            var determinant = (guide * (variance + penalty)) - (covariance * covariance);
            var slope = covariance * penalty / determinant;
            var own = ((guide * variance) - (covariance * covariance)) / determinant;
            coefficients[i] = slope;
            coefficients[length + i] = own;
            coefficients[(2 * length) + i] = mean - (slope * luma) - (own * mean);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        ReadOnlySpan<Vector<float>> a, ReadOnlySpan<Vector<float>> b, Span<Vector<float>> products)
    {
        for (var i = 0; i < products.Length; i++)
        {
            products[i] = a[i] * b[i];
        }
    }
}
