using System.Numerics;
using System.Runtime.CompilerServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Gives a painted look, flat areas with sharp borders: each pixel becomes the mean of that one of the four windows
/// around it which varies least (Kuwahara and others, 1976). The windows are weighted smoothly (Papari and others,
/// "Artistic Edge and Corner Enhancing Smoothing", 2007), or blocks would show.
/// </summary>
internal sealed class KuwaharaFilter
{
    // The variance above which a window loses weight.
    private const float VarianceSmall = 0.02f * 0.02f;

    // Padding, so that windows beyond both ends of a row can be read as vectors.
    private const int Border = 16;

    private readonly RowCache _picture;
    private readonly RowCache _moments;
    private readonly RowCache _windows;
    private readonly BoxWindow _window;
    private readonly float[] _means;
    private readonly float[] _weights;
    private readonly int _width;
    private readonly int _stride;
    private readonly int _wide;
    private readonly int _planes;
    private readonly int _radius;

    /// <param name="picture">Rows of planes.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="planes">1 for luma alone, or 3.</param>
    /// <param name="radius">
    /// Pixels to each side of a window, up to 16; a brush stroke is about four times as wide.
    /// </param>
    public KuwaharaFilter(RowCache picture, int width, int height, int planes, int radius)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(radius, Border);
        (_picture, _width, _planes, _radius) = (picture, width, planes, radius);
        _stride = Planes.Stride(width);
        _wide = _stride + (2 * Border);
        _window = new BoxWindow(width, radius);
        _means = new float[(planes + 1) * _stride];
        _weights = new float[_stride];
        var kept = (2 * radius) + 1;
        _moments = new RowCache(height, _means.Length, kept, ComputeMoments);
        _windows = new RowCache(height, (planes + 1) * _wide, kept, ComputeWindows);
    }

    /// <summary>Computes row <paramref name="y"/>, all planes; rows are asked for in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int y, Span<float> painted)
    {
        painted.Clear();
        Array.Clear(_weights);
        _windows.Row(y + _radius);
        foreach (var down in (ReadOnlySpan<int>)[-_radius, _radius])
        {
            var row = _windows.Row(y + down);
            Add(row[(Border - _radius)..], painted);
            Add(row[(Border + _radius)..], painted);
        }

        var weights = Planes.Vectors(_weights.AsSpan());
        for (var plane = 0; plane < _planes; plane++)
        {
            var sums = Planes.Vectors(painted.Slice(plane * _stride, _stride));
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] /= weights[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<float> windows, Span<float> painted)
    {
        var small = new Vector<float>(VarianceSmall);
        var totals = Planes.Vectors(_weights.AsSpan());
        for (var i = 0; i < totals.Length; i++)
        {
            var at = i * Vector<float>.Count;
            var weight = small / (small + new Vector<float>(windows[((_planes * _wide) + at)..]));
            weight *= weight;
            weight *= weight;
            totals[i] += weight;
            for (var plane = 0; plane < _planes; plane++)
            {
                var sum = painted[((plane * _stride) + at)..];
                Vector.MultiplyAddEstimate(
                    weight, new Vector<float>(windows[((plane * _wide) + at)..]), new Vector<float>(sum)).CopyTo(sum);
            }
        }
    }

    // The planes, then the squared luma, averaged along the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeMoments(int y, Span<float> moments)
    {
        var picture = _picture.Row(y)[..(_planes * _stride)];
        picture.CopyTo(moments);
        var luma = Planes.Vectors(picture[.._stride]);
        var squares = Planes.Vectors(moments[(_planes * _stride)..]);
        for (var i = 0; i < squares.Length; i++)
        {
            squares[i] = luma[i] * luma[i];
        }

        _window.Average(moments);
    }

    // Each plane with its outermost pixels repeated on both sides; squares have been turned into variances.
    private void ComputeWindows(int y, Span<float> windows)
    {
        _moments.Average(y, _radius, _means);
        var luma = Planes.Vectors(_means.AsSpan(0, _stride));
        var squares = Planes.Vectors(_means.AsSpan(_planes * _stride));
        for (var i = 0; i < squares.Length; i++)
        {
            squares[i] = Vector.Max(Vector<float>.Zero, squares[i] - (luma[i] * luma[i]));
        }

        for (var plane = 0; plane <= _planes; plane++)
        {
            var from = _means.AsSpan(plane * _stride, _width);
            var to = windows.Slice(plane * _wide, _wide);
            to[..Border].Fill(from[0]);
            from.CopyTo(to[Border..]);
            to[(Border + _width)..].Fill(from[^1]);
        }
    }
}
