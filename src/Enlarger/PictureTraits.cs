namespace Enlarger;

/// <summary>What a picture is taken for, and the figures that say so; a clean photograph where they do not.</summary>
/// <param name="Kind">Photograph or drawing.</param>
/// <param name="Condition">Clean, or what damaged it most clearly.</param>
/// <param name="Flatness">0 to 1: the part of its squares of 8x8 pixels in which nothing changes.</param>
/// <param name="TwoTone">
/// 0 to 1: of the squares with an edge, the part of pixels that are near the darkest or the brightest of their square;
/// 0 where hardly any square has an edge.
/// </param>
/// <param name="Blocking">
/// 0 to 1: how much more often brightness steps on the lines of a grid of 8x8 pixels than on any between them. JPEG
/// leaves such a grid, wherever it begins.
/// </param>
/// <param name="Noise">The standard deviation of its noise in levels of 255.</param>
public sealed record PictureTraits(
    PictureKind Kind, PictureCondition Condition, double Flatness, double TwoTone, double Blocking, double Noise);

/// <summary>What shows a picture's content.</summary>
public enum PictureKind
{
    /// <summary>Everything that is not clearly drawn.</summary>
    Photograph,

    /// <summary>Flat colours with hard edges: line art, illustration, text, screens.</summary>
    Drawing,
}

/// <summary>What has happened to a picture.</summary>
public enum PictureCondition
{
    /// <summary>Nothing that is certain.</summary>
    Clean,

    /// <summary>It shows the blocks of JPEG.</summary>
    Compressed,

    /// <summary>It is noisy.</summary>
    Noisy,
}
