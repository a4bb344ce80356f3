namespace Enlarger.Enhancing;

/// <summary>
/// A surface texture, added to the luma row by row. It is a function of position and picture size only, so threads and
/// the order of rows do not change it.
/// </summary>
internal sealed class Texture
{
    // Period in pixels of canvas threads, halftone dots and screen lines, in a picture of the reference size.
    private const float ThreadPitch = 5;
    private const float DotPitch = 7;
    private const float LinePitch = 3;

    private readonly LookKnob _kind;
    private readonly float _unit;
    private readonly LatticeNoise _noise;
    private readonly float[] _first;
    private readonly float[] _second;
    private readonly float[] _third;

    /// <param name="kind">One of the knobs from grain on.</param>
    /// <param name="width">Columns.</param>
    /// <param name="unit">Pixels here for one pixel of a picture of the reference size.</param>
    public Texture(LookKnob kind, int width, float unit)
    {
        (_kind, _unit, _noise) = (kind, unit, new LatticeNoise(width));
        (_first, _second, _third) = (new float[width], new float[width], new float[width]);
    }

    /// <summary>The knobs that add a texture.</summary>
    public static IEnumerable<LookKnob> Kinds =>
        Enum.GetValues<LookKnob>().Where(knob => knob >= LookKnob.Grain);

    /// <summary>Adds the texture to a row of luma.</summary>
    public void Add(int y, float amount, Span<float> luma)
    {
        luma = luma[.._first.Length];
        switch (_kind)
        {
            case LookKnob.Grain:
                AddGrain(y, amount, luma);
                break;
            case LookKnob.Paper:
                AddRough(y, amount * 0.3f, 1.6f, luma);
                break;
            case LookKnob.Stone:
                AddRough(y, amount * 0.75f, 2.6f, luma);
                break;
            case LookKnob.Canvas:
                AddCanvas(y, amount, luma);
                break;
            case LookKnob.Brush:
                Fill(y, (2.6f, 30), 0.9f, 21, (6, 60), 0.7f, 22);
                AddMixed(amount * 0.34f, luma);
                break;
            case LookKnob.Brushed:
                Fill(y, (110, 1), 0, 31, (36, 1.7f), 0, 32);
                AddMixed(amount * 0.26f, luma);
                break;
            case LookKnob.Veins:
                AddVeins(y, amount, luma);
                break;
            case LookKnob.Scanlines:
                AddScanlines(y, amount, luma);
                break;
            case LookKnob.Dots:
                AddDots(y, amount, luma);
                break;
            case LookKnob.Wood:
                AddWood(y, amount, luma);
                break;
            case LookKnob.Sparkle:
                AddPeaks(y, amount * 0.9f, (3.2f, 3.2f), 0, 0.9f, luma);
                break;
            case LookKnob.Streaks:
                AddPeaks(y, amount * 0.4f, (1.4f, 30), 0.22f, 0.72f, luma);
                break;
            default:
                throw new InvalidOperationException($"{_kind} is no texture.");
        }
    }

    // Strongest in the midtones, as on film: clear film and black film show no grain.
    private void AddGrain(int y, float amount, Span<float> luma)
    {
        Noise(y, (0.8f, 0.8f), 0, 1, _first);
        Noise(y, (1.7f, 1.7f), 0, 2, _second);
        for (var x = 0; x < luma.Length; x++)
        {
            var grey = Math.Clamp(luma[x], 0, 1);
            var grain = _first[x] + (0.6f * _second[x]) - 0.8f;
            luma[x] += amount * 0.34f * (0.3f + (2.8f * grey * (1 - grey))) * grain;
        }
    }

    private void AddRough(int y, float amount, float cell, Span<float> luma)
    {
        Noise(y, (cell, cell), 0, 11, _first);
        Noise(y, (2.6f * cell, 2.6f * cell), 0, 12, _second);
        Noise(y, (7 * cell, 7 * cell), 0, 13, _third);
        for (var x = 0; x < luma.Length; x++)
        {
            luma[x] += amount * ((0.45f * _first[x]) + (0.35f * _second[x]) + (0.2f * _third[x]) - 0.5f);
        }
    }

    // Threads alternately pass over and under each other.
    private void AddCanvas(int y, float amount, Span<float> luma)
    {
        Noise(y, (9, 2), 0, 41, _first);
        var pitch = Math.Max(ThreadPitch * _unit, 2);
        var down = MathF.Abs(MathF.Sin(MathF.PI * y / pitch));
        var row = (int)(y / pitch);
        for (var x = 0; x < luma.Length; x++)
        {
            var across = MathF.Abs(MathF.Sin(MathF.PI * x / pitch));
            var over = ((row + (int)(x / pitch)) & 1) == 0 ? across * MathF.Sqrt(down) : down * MathF.Sqrt(across);
            luma[x] += amount * ((0.22f * (over - 0.52f)) + (0.1f * (_first[x] - 0.5f)));
        }
    }

    // A contour line of the noise.
    private void AddVeins(int y, float amount, Span<float> luma)
    {
        Noise(y, (95, 60), 0.7f, 51, _first);
        Noise(y, (34, 22), 0.7f, 52, _second);
        Noise(y, (11, 9), 0.7f, 53, _third);
        for (var x = 0; x < luma.Length; x++)
        {
            var height = (0.56f * _first[x]) + (0.3f * _second[x]) + (0.14f * _third[x]) - 0.5f;
            var vein = Math.Max(0, 1 - (MathF.Abs(height) * 22));
            luma[x] += amount * ((0.3f * height) - (0.42f * vein * vein) + 0.03f);
        }
    }

    private void AddScanlines(int y, float amount, Span<float> luma)
    {
        var pitch = Math.Max(2, (int)MathF.Round(LinePitch * _unit));
        var dark = (y % pitch * 3) < pitch;
        var factor = 1 + (amount * (dark ? -0.45f : 0.16f));
        foreach (ref var sample in luma)
        {
            sample *= factor;
        }
    }

    // A halftone screen of 45 degrees: paper where the picture is lighter than the screen, else ink.
    private void AddDots(int y, float amount, Span<float> luma)
    {
        var turn = MathF.PI / Math.Max(DotPitch * _unit, 4);
        var down = MathF.Cos(turn * 2 * y);
        for (var x = 0; x < luma.Length; x++)
        {
            var screen = 0.5f + (0.42f * down * MathF.Cos(turn * 2 * x));
            var paper = Math.Clamp(((luma[x] - screen) * 3) + 0.5f, 0, 1);
            luma[x] += amount * 0.6f * (paper - luma[x]);
        }
    }

    private void AddWood(int y, float amount, Span<float> luma)
    {
        Noise(y, (240, 45), 0.05f, 61, _first);
        Noise(y, (60, 1.4f), 0, 62, _second);
        for (var x = 0; x < luma.Length; x++)
        {
            var ring = MathF.Sin((y / (3.2f * _unit)) + (26 * _first[x]));
            luma[x] += amount * ((0.13f * ring) + (0.2f * (_second[x] - 0.5f)));
        }
    }

    private void AddPeaks(
        int y, float amount, (float Across, float Down) cell, float slant, float threshold, Span<float> luma)
    {
        Noise(y, cell, slant, 71, _first);
        for (var x = 0; x < luma.Length; x++)
        {
            luma[x] += amount * Math.Max(0, _first[x] - threshold) / (1 - threshold);
        }
    }

    // Weakest in black and white, where strokes would look like scratches.
    private void AddMixed(float amount, Span<float> luma)
    {
        for (var x = 0; x < luma.Length; x++)
        {
            var grey = Math.Clamp(luma[x], 0, 1);
            var strokes = (0.6f * _first[x]) + (0.4f * _second[x]) - 0.5f;
            luma[x] += amount * (0.3f + (2.8f * grey * (1 - grey))) * strokes;
        }
    }

    private void Fill(
        int y,
        (float Across, float Down) cell,
        float slant,
        uint seed,
        (float Across, float Down) wide,
        float wideSlant,
        uint wideSeed)
    {
        Noise(y, cell, slant, seed, _first);
        Noise(y, wide, wideSlant, wideSeed, _second);
    }

    private void Noise(int y, (float Across, float Down) cell, float slant, uint seed, Span<float> row) =>
        _noise.Fill(
            y, (Math.Max(1, cell.Across * _unit), Math.Max(1, cell.Down * _unit)), slant, seed, row);
}
