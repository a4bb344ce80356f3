namespace Enlarger.Enhancing;

/// <summary>What a style word can change; the lexicon writes them in lower case.</summary>
internal enum LookKnob
{
    /// <summary>Lighter or darker midtones; black and white stay.</summary>
    Brightness,

    /// <summary>Contrast of the midtones.</summary>
    Contrast,

    /// <summary>Black becomes grey and white less bright, as in an old print.</summary>
    Fade,

    /// <summary>More or less colourful; -1 is grey.</summary>
    Saturation,

    /// <summary>Towards orange or towards blue.</summary>
    Warmth,

    /// <summary>How far the colours move to those of the palette.</summary>
    Tint,

    /// <summary>Bands of light over the tones, as on polished metal.</summary>
    Sheen,

    /// <summary>Dark lines along edges; negative values make edges glow.</summary>
    Edge,

    /// <summary>Posterising: fewer tones.</summary>
    Posterise,

    /// <summary>Brush strokes.</summary>
    Paint,

    /// <summary>Crisper or softer.</summary>
    Detail,

    /// <summary>Darker corners.</summary>
    Vignette,

    /// <summary>The grain of film.</summary>
    Grain,

    /// <summary>Paper texture.</summary>
    Paper,

    /// <summary>Woven threads.</summary>
    Canvas,

    /// <summary>Diagonal brush strokes.</summary>
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
