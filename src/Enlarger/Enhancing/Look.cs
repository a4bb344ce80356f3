namespace Enlarger.Enhancing;

/// <summary>A style: the value of each knob, and a palette.</summary>
internal sealed class Look
{
    /// <summary>Colours of a palette, from shadow to light.</summary>
    public const int PaletteColours = 4;

    private static readonly int Knobs = Enum.GetValues<LookKnob>().Length;

    private readonly double[] _turns = new double[Knobs];

    /// <summary>The look with all knobs at 0.</summary>
    public static Look Plain { get; } = new();

    /// <summary>RGB of 0 to 1, from shadow to light; grey without one.</summary>
    public IReadOnlyList<(float Red, float Green, float Blue)> Palette { get; private init; } =
        [(0, 0, 0), (1 / 3f, 1 / 3f, 1 / 3f), (2 / 3f, 2 / 3f, 2 / 3f), (1, 1, 1)];

    /// <summary>-1 to 1 where <see cref="IsSigned"/>, else 0 to 1.</summary>
    public float this[LookKnob knob] => (float)_turns[(int)knob];

    /// <summary>All knobs are at 0.</summary>
    public bool IsPlain => Array.TrueForAll(_turns, turn => turn == 0);

    /// <summary>It makes a grey picture coloured.</summary>
    public bool IsColourful => this[LookKnob.Warmth] != 0
        || (this[LookKnob.Tint] > 0 && Palette.Any(one => one.Red != one.Green || one.Green != one.Blue));

    /// <summary>The knob has negative values too.</summary>
    public static bool IsSigned(LookKnob knob) => knob
        is LookKnob.Brightness or LookKnob.Contrast or LookKnob.Saturation or LookKnob.Warmth or LookKnob.Edge
            or LookKnob.Detail;

    /// <param name="turns">The value of each knob that is not 0.</param>
    /// <param name="palette">The palette, or null for none.</param>
    public static Look Of(
        IReadOnlyDictionary<LookKnob, double> turns, IReadOnlyList<(float Red, float Green, float Blue)>? palette)
    {
        var look = palette is null ? new Look() : new Look { Palette = palette };
        foreach (var (knob, turn) in turns)
        {
            look._turns[(int)knob] = turn;
        }

        return look;
    }

    /// <summary>
    /// Combines two looks. Signed knobs add up, clamped to their range; unsigned ones combine as 1 - (1 - a)(1 - b).
    /// Palettes mix in proportion to their tint.
    /// </summary>
    public Look With(Look other)
    {
        var (mine, its) = (this[LookKnob.Tint], other[LookKnob.Tint]);
        var share = mine + its > 0 ? its / (mine + its) : 0;
        var palette = Palette.Zip(other.Palette, (a, b) => (
            a.Red + ((b.Red - a.Red) * share),
            a.Green + ((b.Green - a.Green) * share),
            a.Blue + ((b.Blue - a.Blue) * share)));
        var look = new Look { Palette = [.. palette] };
        foreach (var knob in Enum.GetValues<LookKnob>())
        {
            var (a, b) = (_turns[(int)knob], other._turns[(int)knob]);
            look._turns[(int)knob] = IsSigned(knob) ? Math.Clamp(a + b, -1, 1) : 1 - ((1 - a) * (1 - b));
        }

        return look;
    }

    /// <summary>The same look without what <see cref="Texture"/> draws.</summary>
    public Look WithoutTextures()
    {
        var look = new Look { Palette = Palette };
        _turns.CopyTo(look._turns, 0);
        foreach (var kind in Texture.Kinds)
        {
            look._turns[(int)kind] = 0;
        }

        return look;
    }

    /// <summary>The look with all knobs multiplied by <paramref name="part"/>.</summary>
    public Look Times(double part)
    {
        var look = new Look { Palette = Palette };
        for (var i = 0; i < Knobs; i++)
        {
            look._turns[i] = _turns[i] * part;
        }

        return look;
    }
}
