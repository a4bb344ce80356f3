using System.Numerics;
using System.Runtime.CompilerServices;
using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>Gives the planes of a row a look: tone, lines, texture, palette, colour.</summary>
internal sealed class Grading
{
    // The side of a square picture in which textures have a period of one pixel, and the limit of their growth in
    // larger pictures.
    private const double UnitSide = 800;
    private const double UnitMin = 0.75;
    private const double UnitMax = 8;

    private const int PosterLevels = 5;

    private readonly Look _look;
    private readonly PixelSize _size;
    private readonly int _channels;
    private readonly int _stride;
    private readonly (float Luma, float Blue, float Red)[] _palette;
    private readonly List<(LookKnob Kind, Texture Texture)> _textures = [];

    /// <param name="size">The size of the picture.</param>
    /// <param name="channels">1 grey or 3 colour.</param>
    /// <param name="look">The look, scaled to the wanted strength.</param>
    public Grading(PixelSize size, int channels, Look look)
    {
        (_look, _size, _channels) = (look, size, channels);
        _stride = Planes.Stride(size.Width);
        _palette = [.. look.Palette.Select(colour => Planes.Of(colour.Red, colour.Green, colour.Blue))];
        var unit = Math.Clamp(Math.Sqrt((double)size.Width * size.Height) / UnitSide, UnitMin, UnitMax);
        foreach (var kind in Texture.Kinds.Where(kind => look[kind] > 0))
        {
            _textures.Add((kind, new Texture(kind, size.Width, (float)unit)));
        }
    }

    /// <summary>Changes the planes of row <paramref name="y"/>.</summary>
    /// <param name="y">The row.</param>
    /// <param name="planes">Its planes.</param>
    /// <param name="lines">How much darker each pixel is than its neighbours.</param>
    /// <param name="deviations">The standard deviation of the luma around each pixel.</param>
    public void Apply(int y, Span<float> planes, ReadOnlySpan<float> lines, ReadOnlySpan<float> deviations)
    {
        var luma = planes[.._stride];
        ShapeTone(luma);
        DrawLines(luma, lines, deviations);
        foreach (var (kind, texture) in _textures)
        {
            texture.Add(y, _look[kind], luma);
        }

        if (_look[LookKnob.Posterise] > 0)
        {
            Posterise(luma);
        }

        if (_look[LookKnob.Tint] > 0)
        {
            Tint(planes);
        }

        if (_channels == 3)
        {
            Colour(planes);
        }

        if (_look[LookKnob.Vignette] > 0)
        {
            DarkenCorners(y, planes);
        }
    }

    // Black and white are fixed points, and the curve is monotonic except for the sheen.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ShapeTone(Span<float> luma)
    {
        var brightness = new Vector<float>(_look[LookKnob.Brightness]);
        var contrast = new Vector<float>(2 * _look[LookKnob.Contrast]);
        var sheen = new Vector<float>(0.1f * _look[LookKnob.Sheen]);
        var (zero, one, turn) = (Vector<float>.Zero, Vector<float>.One, new Vector<float>(MathF.Tau * 2));
        var (range, black) = (1 - (0.28f * _look[LookKnob.Fade]), new Vector<float>(0.16f * _look[LookKnob.Fade]));
        var shines = _look[LookKnob.Sheen] > 0;
        foreach (ref var sample in Planes.Vectors(luma))
        {
            // Outside of 0 to 1 the curves are not monotonic; those samples are clamped.
            var value = Vector.Min(one, Vector.Max(zero, sample));
            value += brightness * value * (one - value);
            value += contrast * value * (one - value) * (value + value - one);
            if (shines)
            {
                value += sheen * Vector.Sin(turn * value);
            }

            sample = (value * range) + black;
        }
    }

    // The darker side of an edge, as in XDoG (Winnemöller and others, 2012), or a glow around it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawLines(Span<float> luma, ReadOnlySpan<float> lines, ReadOnlySpan<float> deviations)
    {
        var edge = _look[LookKnob.Edge];
        if (edge == 0)
        {
            return;
        }

        var (least, steep) = edge > 0 ? (0.018f, 14f) : (0.03f, 5f);
        var row = Planes.Vectors(luma);
        var signs = Planes.Vectors(edge > 0 ? lines : deviations);
        var (offset, slope) = (new Vector<float>(least), new Vector<float>(steep));
        var (amount, goal) = (new Vector<float>(0.85f * Math.Abs(edge)), new Vector<float>(edge > 0 ? 0 : 1));
        for (var i = 0; i < row.Length; i++)
        {
            var line = Vector.Min(Vector<float>.One, Vector.Max(Vector<float>.Zero, (signs[i] - offset) * slope));
            row[i] += amount * line * (goal - row[i]);
        }
    }

    // Steps with a ramp of a fifth of their width, or their borders would be jagged.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Posterise(Span<float> luma)
    {
        var amount = new Vector<float>(_look[LookKnob.Posterise]);
        var (levels, half) = (new Vector<float>(PosterLevels), new Vector<float>(0.5f));
        var (zero, one) = (Vector<float>.Zero, Vector<float>.One);
        foreach (ref var sample in Planes.Vectors(luma))
        {
            var place = Vector.Min(one, Vector.Max(zero, sample)) * levels;
            var floor = Vector.Floor(place);
            var part = Vector.Min(one, Vector.Max(zero, ((place - floor - half) * levels) + half));
            sample += amount * (((floor + part) / levels) - sample);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Tint(Span<float> planes)
    {
        var amount = new Vector<float>(_look[LookKnob.Tint]);
        var (zero, one, steps) = (Vector<float>.Zero, Vector<float>.One, new Vector<float>(_palette.Length - 1));
        var luma = Planes.Vectors(planes[.._stride]);
        var colours = Planes.Vectors(planes);
        for (var i = 0; i < luma.Length; i++)
        {
            var place = luma[i] * steps;
            var (grey, blue, red) = (
                new Vector<float>(_palette[0].Luma),
                new Vector<float>(_palette[0].Blue),
                new Vector<float>(_palette[0].Red));
            for (var k = 1; k < _palette.Length; k++)
            {
                var part = Vector.Min(one, Vector.Max(zero, place - new Vector<float>(k - 1)));
                grey += part * (_palette[k].Luma - _palette[k - 1].Luma);
                blue += part * (_palette[k].Blue - _palette[k - 1].Blue);
                red += part * (_palette[k].Red - _palette[k - 1].Red);
            }

            luma[i] += amount * (grey - luma[i]);
            if (_channels == 3)
            {
                colours[luma.Length + i] += amount * (blue - colours[luma.Length + i]);
                colours[(2 * luma.Length) + i] += amount * (red - colours[(2 * luma.Length) + i]);
            }
        }
    }

    // Weakest in black and white, where a colour cast would look like a fault.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Colour(Span<float> planes)
    {
        var saturation = new Vector<float>(1 + _look[LookKnob.Saturation]);
        var (warmer, colder) = (
            new Vector<float>(0.1f * _look[LookKnob.Warmth]), new Vector<float>(-0.16f * _look[LookKnob.Warmth]));
        var (ground, slope, one) = (new Vector<float>(0.25f), new Vector<float>(3), Vector<float>.One);
        var all = Planes.Vectors(planes);
        var length = all.Length / 3;
        var luma = all[..length];
        var blues = all.Slice(length, length);
        var reds = all[(2 * length)..];
        for (var i = 0; i < length; i++)
        {
            var part = ground + (slope * Vector.Max(Vector<float>.Zero, luma[i] * (one - luma[i])));
            blues[i] = (blues[i] * saturation) + (colder * part);
            reds[i] = (reds[i] * saturation) + (warmer * part);
        }
    }

    private void DarkenCorners(int y, Span<float> planes)
    {
        var amount = 0.8f * _look[LookKnob.Vignette];
        var down = ((2f * y) + 1 - _size.Height) / _size.Height;
        for (var x = 0; x < _size.Width; x++)
        {
            var across = ((2f * x) + 1 - _size.Width) / _size.Width;
            var distance = ((across * across) + (down * down)) / 2;
            var factor = 1 - (amount * distance * MathF.Sqrt(distance));
            for (var at = x; at < planes.Length; at += _stride)
            {
                planes[at] *= factor;
            }
        }
    }
}
