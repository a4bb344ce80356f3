using System.Numerics;
using System.Runtime.CompilerServices;
using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>
/// Sharpens the rows of an enlarged picture: amplifies texture between edges, makes edges steeper, and adds fine grain
/// to texture. Edges get no halo, because no sample may exceed the range of its neighbours by more than a little.
/// </summary>
internal sealed class DetailedRows
{
    // Standard deviation that separates texture (below) from edges (above).
    private const double EdgeDeviation = 0.06;

    // Differences below one level of 255 are rounding of the source; those below this many noise deviations are noise.
    private const double CoreMin = 1.0 / 255;
    private const double CoreDeviations = 2;

    // The deviation at which texture gets the most grain: below it lie flat areas, above it edges.
    private const float TextureDeviation = 0.05f;

    // One source pixel on either side of an edge, plus one pixel. The maximum bounds time and memory; a picture
    // enlarged 16 times is viewed from further away.
    private const int RadiusMin = 2;
    private const int RadiusMax = 4;
    private const int GrainCellMax = 6;

    private readonly int _channels;
    private readonly int _width;
    private readonly int _stride;
    private readonly int _radius;
    private readonly float _grainCell;
    private readonly float _core;
    private readonly DetailStrength _strength;
    private readonly RowCache _picture;
    private readonly RowCache _extremes;
    private readonly GuidedFilter _filter;
    private readonly float[] _samples;
    private readonly float[] _smooth;
    private readonly float[] _least;
    private readonly float[] _most;
    private readonly float[] _grain;
    private readonly LatticeNoise _noise;

    /// <param name="size">The size of the enlarged picture.</param>
    /// <param name="scale">Times larger than the source.</param>
    /// <param name="channels">1 grey or 3 RGB.</param>
    /// <param name="strength">The strength of each effect.</param>
    /// <param name="source">The enlarged rows, interleaved, samples from 0 to 1.</param>
    public DetailedRows(PixelSize size, double scale, int channels, DetailStrength strength, FloatRowSource source)
    {
        (_channels, _width, _strength) = (channels, size.Width, strength);
        _stride = Planes.Stride(size.Width);
        _radius = Math.Clamp((int)Math.Ceiling(scale) + 1, RadiusMin, RadiusMax);
        _grainCell = (float)Math.Clamp(0.6 * scale, 1, GrainCellMax);
        _core = (float)Math.Max(CoreMin, CoreDeviations * strength.Noise);
        _samples = new float[_width * channels];
        (_smooth, _least, _most) = (new float[_stride], new float[_stride], new float[_stride]);
        (_grain, _noise) = (new float[_stride], new LatticeNoise(_width));
        _picture = new RowCache(size.Height, _stride * channels, (2 * _radius) + 1, (y, planes) =>
        {
            source(y, _samples);
            Planes.Split(_samples, _channels, _width, planes);
        });
        _filter = new GuidedFilter(_picture, _width, size.Height, 1, _radius, EdgeDeviation);
        var window = new BoxWindow(_width, _radius);
        _extremes = new RowCache(size.Height, 2 * _stride, (2 * _radius) + 1, (y, extremes) =>
            window.FindExtremes(_picture.Row(y)[.._stride], extremes[.._stride], extremes[_stride..]));
    }

    /// <summary>Computes row <paramref name="y"/>; rows are asked for in order.</summary>
    /// <param name="y">The row.</param>
    /// <param name="planes">The planes of the row; chroma planes of a grey source are zero.</param>
    /// <param name="lines">How much darker each pixel is than its neighbours.</param>
    /// <param name="deviations">The standard deviation of the luma around each pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int y, Span<float> planes, Span<float> lines, Span<float> deviations)
    {
        // Minimum and maximum first: they need the current rows, and the filter then reads further ahead.
        FindExtremes(y);
        _filter.ReadRow(y, _smooth);
        planes.Clear();
        _picture.Row(y).CopyTo(planes);
        _noise.Fill(y, (_grainCell, _grainCell), 0, 7, _grain.AsSpan(0, _width));

        var luma = Planes.Vectors(planes[.._stride]);
        var smooth = Planes.Vectors(_smooth.AsSpan());
        var grain = Planes.Vectors(_grain.AsSpan());
        var least = Planes.Vectors(_least.AsSpan());
        var most = Planes.Vectors(_most.AsSpan());
        var means = Planes.Vectors(_filter.Means(y));
        var variances = Planes.Vectors(_filter.Variances(y));
        var darker = Planes.Vectors(lines);
        var around = Planes.Vectors(deviations);
        var (texture, edge) = (new Vector<float>((float)_strength.Texture), new Vector<float>((float)_strength.Edge));
        var (core, margin) = (new Vector<float>(_core * _core), new Vector<float>((float)_strength.Overshoot));
        var (fine, half) = (new Vector<float>((float)_strength.Grain), new Vector<float>(0.5f));
        var (one, steep) = (Vector<float>.One, new Vector<float>(1 / (TextureDeviation * TextureDeviation)));
        for (var i = 0; i < luma.Length; i++)
        {
            var value = luma[i];
            var detail = value - smooth[i];
            detail *= texture * detail * detail / ((detail * detail) + core);
            var contrast = value - means[i];
            contrast *= edge * contrast * contrast / ((contrast * contrast) + core);
            var deviation = Vector.SquareRoot(variances[i]);
            var crisp = value + detail + contrast;
            crisp = Vector.Min(Vector.Max(crisp, least[i] - margin), most[i] + margin);
            var share = deviation / (one + (variances[i] * steep));
            luma[i] = crisp + (fine * share * (grain[i] - half));
            darker[i] = means[i] - value;
            around[i] = deviation;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindExtremes(int y)
    {
        _extremes.Row(y + _radius);
        _extremes.Row(y)[.._stride].CopyTo(_least);
        _extremes.Row(y)[_stride..].CopyTo(_most);
        var least = Planes.Vectors(_least.AsSpan());
        var most = Planes.Vectors(_most.AsSpan());
        for (var k = -_radius; k <= _radius; k++)
        {
            var row = Planes.Vectors(_extremes.Row(y + k));
            for (var i = 0; i < least.Length; i++)
            {
                least[i] = Vector.Min(least[i], row[i]);
                most[i] = Vector.Max(most[i], row[least.Length + i]);
            }
        }
    }
}

/// <summary>Strengths of the sharpening of an enlarged picture.</summary>
/// <param name="Texture">Gain of texture; negative values soften.</param>
/// <param name="Edge">Gain of edges.</param>
/// <param name="Overshoot">How far a sample may exceed the range of its neighbours, 0 to 1 as samples are.</param>
/// <param name="Grain">Amplitude of the fine grain that is added to texture.</param>
/// <param name="Noise">Standard deviation of the remaining noise, which must not be amplified.</param>
internal sealed record DetailStrength(double Texture, double Edge, double Overshoot, double Grain, double Noise);
