namespace Enlarger.Enhancing;

/// <summary>What a word of style can turn; the lexicon writes them in lower case.</summary>
internal enum LookKnob
{
    /// <summary>Lighter or darker, between black and white, which stay.</summary>
    Brightness,

    /// <summary>Steeper or flatter in the middle.</summary>
    Contrast,

    /// <summary>Black becomes grey and white less bright, as in an old print.</summary>
    Fade,

    /// <summary>More or less colourful; -1 is grey.</summary>
    Saturation,

    /// <summary>Towards orange or towards blue.</summary>
    Warmth,

    /// <summary>How far the colours become those of the palette.</summary>
    Tint,

    /// <summary>Light that comes and goes with the shade, as on polished metal.</summary>
    Sheen,

    /// <summary>Dark lines along edges; less than 0 makes them glow.</summary>
    Edge,

    /// <summary>Few shades instead of many.</summary>
    Posterise,

    /// <summary>Dabs of paint.</summary>
    Paint,

    /// <summary>Crisper or softer.</summary>
    Detail,

    /// <summary>Darker corners.</summary>
    Vignette,

    /// <summary>The grain of film.</summary>
    Grain,

    /// <summary>The tooth of paper.</summary>
    Paper,

    /// <summary>Woven threads.</summary>
    Canvas,

    /// <summary>Slanting strokes of a brush.</summary>
    Brush,

    /// <summary>The veins of marble.</summary>
    Veins,

    /// <summary>The fine lines of brushed metal.</summary>
    Brushed,

    /// <summary>The rough face of stone or bark.</summary>
    Stone,

    /// <summary>The lines of a screen.</summary>
    Scanlines,

    /// <summary>The dots of print, larger where it is darker.</summary>
    Dots,

    /// <summary>The rings of wood.</summary>
    Wood,

    /// <summary>Points of light.</summary>
    Sparkle,

    /// <summary>Streaks of rain.</summary>
    Streaks,
}
