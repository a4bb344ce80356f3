using Enlarger.Enhancing;

namespace Enlarger.Enlarging;

/// <summary>By how much a result may differ from its picture.</summary>
/// <param name="MeanMax">The mean difference of the cells, in levels of 0 to 255.</param>
/// <param name="CellMax">The same for the worst cell, which may hold one hard edge.</param>
/// <param name="PartMax">
/// Part of the brightest cell by which the worst may differ: what is nearly black must not become quite black. Null
/// for any.
/// </param>
/// <param name="LikenessMin">The least correlation between the brightness of the cells, where they differ.</param>
/// <param name="ByColour">Mean and worst are those of each colour, not of the brightness.</param>
internal sealed record FidelityBounds(
    double MeanMax, double CellMax, double? PartMax, double LikenessMin, bool ByColour)
{
    /// <summary>
    /// For networks. The faithful ones stay below a mean of 0.7 on photographs and drawings, and reach 2.1 on one that
    /// is mostly noise.
    /// </summary>
    public static FidelityBounds Faithful { get; } = new(6, 32, 0.5, 0, ByColour: true);

    /// <summary>
    /// For kernels without a network. Cutting their overshoot off at black and white makes patterns of both paler:
    /// checkerboards differ by a mean of 7.1 at most.
    /// </summary>
    public static FidelityBounds Kernel { get; } = new(16, 64, 0.5, 0.8, ByColour: true);

    /// <summary>
    /// For enhanced pictures, which are meant to differ, the more the more creativity there is. Measured at a
    /// creativity of 1: without a style, over the samples and thirteen bad pictures, a mean of 9.1, a cell of 34 and a
    /// likeness of 0.989. With one, the result is compared with the picture in that style, by its brightness only: each
    /// word of the lexicon, and several together, reach a mean of 81 and a likeness of 0.65 on patterns that are
    /// hard on lines and textures. A picture that is not the input has a likeness of about 0.
    /// </summary>
    /// <param name="enhancement">What is done to the picture.</param>
    /// <param name="plain">The bounds without it.</param>
    public static FidelityBounds Of(Enhancement enhancement, FidelityBounds plain)
    {
        var creativity = enhancement.Creativity;
        return enhancement.Style.IsPlain
            ? new FidelityBounds(
                plain.MeanMax + (12 * creativity),
                plain.CellMax + (40 * creativity),
                null,
                0.9,
                ByColour: true)
            : new FidelityBounds(plain.MeanMax + 110, 255, null, 0.3, ByColour: false);
    }
}
