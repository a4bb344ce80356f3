using Enlarger.Enhancing;

namespace Enlarger.Enlarging;

/// <summary>How much a result may differ from its picture.</summary>
/// <param name="MeanMax">The largest mean difference over the cells, in levels of 0 to 255.</param>
/// <param name="CellMax">The largest difference of a cell, which may contain one hard edge.</param>
/// <param name="PartMax">
/// The largest difference of a cell, as a share of the brightest cell: a nearly black picture must not become black.
/// Null for no limit.
/// </param>
/// <param name="CorrelationMin">The smallest correlation between the brightness of cells, if it varies.</param>
/// <param name="ByColour">Differences are those of each colour channel, not of the brightness.</param>
internal sealed record FidelityBounds(
    double MeanMax, double CellMax, double? PartMax, double CorrelationMin, bool ByColour)
{
    /// <summary>
    /// For networks. The faithful ones have a mean below 0.7 on photographs and drawings, and 2.1 on a picture that is
    /// mostly noise.
    /// </summary>
    public static FidelityBounds Faithful { get; } = new(6, 32, 0.5, 0, ByColour: true);

    /// <summary>
    /// For kernels without a network. Clipping their overshoot at black and white reduces the contrast of patterns of
    /// both: checkerboards differ by a mean of at most 7.1.
    /// </summary>
    public static FidelityBounds Kernel { get; } = new(16, 64, 0.5, 0.8, ByColour: true);

    /// <summary>
    /// For enhanced pictures, which are meant to differ, and more with more creativity. Measured at a creativity of 1
    /// without a style, over the samples and thirteen bad pictures: a mean of 9.1, a cell of 34 and a correlation of
    /// 0.989. With a style, the result is compared with the picture in that style, by brightness only: the words of
    /// the lexicon, alone and combined, reach a mean of 81 and a correlation of 0.65 on patterns that are hard for
    /// lines and textures. A picture that is not the input has a correlation of about 0.
    /// </summary>
    /// <param name="enhancement">The enhancement.</param>
    /// <param name="plain">The bounds without enhancement.</param>
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
