using System.Numerics;
using System.Runtime.CompilerServices;
using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>
/// Filters before the network, where there are fewest pixels and noise still has its original scale: edge-preserving
/// noise reduction, painted look, local contrast.
/// </summary>
internal sealed class PreparedRows
{
    // A window of seven pixels: large enough to average noise, small enough to keep lines of two pixels.
    private const int SmoothingRadius = 3;

    // Variation below this many noise deviations is smoothed.
    private const double NoiseDeviations = 3;

    // Three levels of 255: smoothing removes the faintest texture even in a clean picture.
    private const double NoiseFloor = 3.0 / 255;

    // More than this is content rather than noise, whatever the estimate says.
    private const double NoiseMax = 25.0 / 255;

    // Local contrast is variation over some thirty pixels; above this deviation it is the edge of an object.
    private const int ContrastRadius = 16;
    private const double ContrastDeviation = 0.08;

    // Brush windows along the shorter side, so that strokes look alike in pictures of any size.
    private const int PaintWindowsPerSide = 160;
    private const int PaintRadiusMax = 8;

    private readonly int _channels;
    private readonly int _width;
    private readonly int _height;
    private readonly int _stride;
    private readonly float[] _planes;
    private readonly RowCache _last;

    /// <param name="size">The size of the picture.</param>
    /// <param name="channels">1 grey or 3 RGB.</param>
    /// <param name="noise">The standard deviation of its noise.</param>
    /// <param name="strength">The strength of each filter.</param>
    /// <param name="source">The rows of the picture, interleaved, samples from 0 to 1.</param>
    public PreparedRows(
        PixelSize size, int channels, double noise, PreparationStrength strength, FloatRowSource source)
    {
        (_channels, _width, _height) = (channels, size.Width, size.Height);
        _stride = Planes.Stride(_width);
        _planes = new float[_stride * _channels];
        var samples = new float[_width * _channels];
        _last = Cache((y, planes) =>
        {
            source(y, samples);
            Planes.Split(samples, _channels, _width, planes);
        });

        if (strength.Smoothing > 0)
        {
            var deviation = Math.Clamp(noise, NoiseFloor, NoiseMax) * NoiseDeviations;
            _last = Smooth(_last, deviation, (float)strength.Smoothing);
        }

        if (strength.Paint > 0)
        {
            _last = Paint(_last, (float)strength.Paint);
        }

        if (strength.Contrast != 0)
        {
            _last = AddContrast(_last, (float)strength.Contrast);
        }
    }

    /// <summary>Computes row <paramref name="y"/>, interleaved; rows are asked for in order.</summary>
    public void ReadRow(int y, Span<float> row)
    {
        _last.Row(y).CopyTo(_planes);
        Planes.Merge(_planes, _channels, _width, row);
    }

    // A filter may compute rows of the stage before it while it is asked for a row, so each stage has its own buffer.
    private RowCache Smooth(RowCache picture, double deviation, float part)
    {
        var filtered = new float[_stride * _channels];
        var filter = new GuidedFilter(picture, _width, _height, _channels, SmoothingRadius, deviation);
        return Cache((y, planes) =>
        {
            filter.ReadRow(y, filtered);
            Mix(picture.Row(y), filtered, part, planes);
        });
    }

    private RowCache Paint(RowCache picture, float part)
    {
        var painted = new float[_stride * _channels];
        var radius = Math.Clamp(Math.Min(_width, _height) / PaintWindowsPerSide, 2, PaintRadiusMax);
        var filter = new KuwaharaFilter(picture, _width, _height, _channels, radius);
        return Cache((y, planes) =>
        {
            filter.ReadRow(y, painted);
            Mix(picture.Row(y), painted, part, planes);
        });
    }

    private RowCache AddContrast(RowCache picture, float amount)
    {
        var smooth = new float[_stride];
        var filter = new GuidedFilter(picture, _width, _height, 1, ContrastRadius, ContrastDeviation);
        return Cache((y, planes) =>
        {
            filter.ReadRow(y, smooth);
            picture.Row(y).CopyTo(planes);
            Spread(planes[.._stride], smooth, amount);
        });
    }

    // The rows that the filter which looks furthest ahead needs at the same time.
    private RowCache Cache(FloatRowSource rows) => new(_height, _stride * _channels, (2 * ContrastRadius) + 1, rows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(ReadOnlySpan<float> picture, ReadOnlySpan<float> filtered, float part, Span<float> mixed)
    {
        var from = Planes.Vectors(picture);
        var to = Planes.Vectors(filtered);
        var row = Planes.Vectors(mixed);
        var share = new Vector<float>(part);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = Vector.MultiplyAddEstimate(to[i] - from[i], share, from[i]);
        }
    }

    // Weaker towards black and white, where samples would clip: the change is scaled by the distance to them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(Span<float> luma, ReadOnlySpan<float> smooth, float amount)
    {
        var row = Planes.Vectors(luma);
        var bases = Planes.Vectors(smooth[..luma.Length]);
        var (factor, one) = (new Vector<float>(4 * amount), Vector<float>.One);
        for (var i = 0; i < row.Length; i++)
        {
            var value = Vector.Min(one, Vector.Max(Vector<float>.Zero, row[i]));
            row[i] = value + (factor * value * (one - value) * (value - bases[i]));
        }
    }
}

/// <summary>Strengths of the filters before the network.</summary>
/// <param name="Smoothing">0 to 1: how much noise and faint texture is removed.</param>
/// <param name="Paint">0 to 1: strength of the painted look.</param>
/// <param name="Contrast">-1 to 1: local contrast that is added; negative values soften.</param>
internal sealed record PreparationStrength(double Smoothing, double Paint, double Contrast);
