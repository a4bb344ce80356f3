namespace Enlarger;

/// <summary>How a picture is classified, and by which figures; in doubt as a clean photograph.</summary>
/// <param name="Kind">Photograph or drawing.</param>
/// <param name="Condition">Clean, or the damage that is strongest relative to its limit.</param>
/// <param name="Flatness">0 to 1: the share of its blocks of 8x8 pixels in which no channel varies.</param>
/// <param name="TwoTone">
/// 0 to 1: the share of pixels near the darkest or brightest value of their block, over blocks with an edge; 0 if fewer
/// than 3 % of the blocks have an edge.
/// </param>
/// <param name="Blocking">
/// 0 to 1: how much more frequent steps in brightness are on the lines of a grid of 8x8 pixels than on the next best of
/// the lines between them. JPEG leaves such a grid.
/// </param>
/// <param name="Noise">The standard deviation of its noise in levels of 255.</param>
/// <param name="RestoringGain">
/// By how many decibels of PSNR restoring is expected to bring it closer to what it was; below 0 where it would
/// do harm.
/// </param>
public sealed record PictureTraits(
    PictureKind Kind,
    PictureCondition Condition,
    double Flatness,
    double TwoTone,
    double Blocking,
    double Noise,
    double RestoringGain);

/// <summary>The kind of a picture's content.</summary>
public enum PictureKind
{
    /// <summary>Everything that is not clearly a drawing.</summary>
    Photograph,

    /// <summary>Flat colours with hard edges: line art, illustration, text, screens.</summary>
    Drawing,
}

/// <summary>Damage to a picture.</summary>
public enum PictureCondition
{
    /// <summary>No damage above its limit.</summary>
    Clean,

    /// <summary>It has visible JPEG blocks.</summary>
    Compressed,

    /// <summary>It is noisy.</summary>
    Noisy,

    /// <summary>
    /// It shows neither blocks nor noise clearly, but looks as if it had been blurred, resized or compressed before.
    /// </summary>
    Degraded,
}
