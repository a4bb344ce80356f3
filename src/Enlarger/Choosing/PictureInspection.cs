using Enlarger.Enhancing;
using Enlarger.Imaging;

namespace Enlarger.Choosing;

/// <summary>Looks at a picture once, at 512 x 512 of its pixels at most, and tells what it is.</summary>
/// <remarks>The limits are of labelled pictures; docs/choosing.md says how often they are right.</remarks>
internal static class PictureInspection
{
    // Of photographs one in a hundred has more of both together, and of clean drawings nine in ten.
    private const double DrawingMin = 1.6;

    // Of fewer squares with an edge than this part nothing is to be learnt about edges.
    private const double EdgesMin = 0.03;

    // No picture that was never compressed has more than 0.06; at a quality of 90 one in ten has more than this, and
    // restoring would take as long as enlarging for little.
    private const double BlockingMin = 0.08;

    // In levels. Fine texture looks like as much as this, and noise with a deviation of 10.
    private const double NoiseMin = 7;

    // A picture that is damaged just clearly enough is restored by half, which is the better half of what there is to
    // win, and does little harm where it was not. One that is damaged twice as much is restored wholly.
    private const double StrengthMin = 0.5;
    private const double WholeAt = 2;

    public static PictureTraits Of(PixelImage image)
    {
        var (squares, grid, noise) = (new SquareTones(), new BlockGrid(), new NoiseEstimate());
        foreach (var tile in SampleTile.Of(image))
        {
            squares.Add(tile);
            grid.Add(tile);
            for (var y = 1; y < tile.Height - 1; y++)
            {
                noise.Add(tile.Row(y - 1), tile.Row(y), tile.Row(y + 1));
            }
        }

        var flatness = squares.Flatness;
        var twoTone = squares.EdgePart < EdgesMin ? 0 : squares.TwoTone;
        var (blocking, deviation) = (grid.Strength, 255 * noise.Deviation);
        var (blocks, grain) = Damage(blocking, deviation);
        return new PictureTraits(
            twoTone > 0 && flatness + (2 * twoTone) > DrawingMin ? PictureKind.Drawing : PictureKind.Photograph,
            Math.Max(blocks, grain) <= 1 ? PictureCondition.Clean
                : blocks >= grain ? PictureCondition.Compressed
                : PictureCondition.Noisy,
            flatness,
            twoTone,
            blocking,
            deviation);
    }

    /// <summary>0 to 1: how much a picture of these traits should be restored.</summary>
    public static double Restoring(PictureTraits traits)
    {
        var (blocks, grain) = Damage(traits.Blocking, traits.Noise);
        return traits.Condition == PictureCondition.Clean ? 0
            : Math.Min(1, StrengthMin + ((1 - StrengthMin) * (Math.Max(blocks, grain) - 1) / (WholeAt - 1)));
    }

    // By how much each is more than a clean picture has.
    private static (double Blocks, double Grain) Damage(double blocking, double noise) =>
        (blocking / BlockingMin, noise / NoiseMin);
}
