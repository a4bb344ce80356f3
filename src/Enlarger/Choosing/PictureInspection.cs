using Enlarger.Enhancing;
using Enlarger.Imaging;

namespace Enlarger.Choosing;

/// <summary>Classifies a picture by at most 512x512 of its pixels.</summary>
/// <remarks>The limits were chosen on labelled pictures; docs/choosing.md says how often they are right.</remarks>
internal static class PictureInspection
{
    // Flatness plus twice the two-tone share: one photograph in a hundred has more, and nine clean drawings in ten.
    private const double DrawingMin = 1.6;

    // With a smaller share of blocks with an edge, nothing can be said about edges.
    private const double EdgesMin = 0.03;

    // No uncompressed picture has more than 0.06. Of JPEG files at quality 90 one in ten has more than 0.08; restoring
    // the others would double the time for little gain.
    private const double BlockingMin = 0.08;

    // In levels. Fine texture measures up to about this, and so does noise with a deviation of 10.
    private const double NoiseMin = 7;

    // In decibels. Less is expected of some clean pictures too, and would not be seen.
    private const double GainMin = 0.1;

    // A picture with damage just above a limit is restored at half strength, which brings most of the gain and does
    // little harm if the picture was clean. At twice the limit it is restored at full strength.
    private const double StrengthMin = 0.5;
    private const double WholeAt = 2;

    public static PictureTraits Of(PixelImage image)
    {
        var (flat, grid, noise) = (new FlatnessDetector(), new BlockingDetector(), new NoiseEstimate());
        var differences = new NeighbourDifferences();
        foreach (var tile in SampleTile.Of(image))
        {
            flat.Add(tile);
            grid.Add(tile);
            differences.Add(tile);
            for (var y = 1; y < tile.Height - 1; y++)
            {
                noise.Add(tile.Row(y - 1), tile.Row(y), tile.Row(y + 1));
            }
        }

        var flatness = flat.Flatness;
        var twoTone = flat.EdgeShare < EdgesMin ? 0 : flat.TwoTone;
        var (blocking, deviation) = (grid.Strength, 255 * noise.Deviation);
        var gain = RestoringGain.Of(differences, grid);
        return new PictureTraits(
            twoTone > 0 && flatness + (2 * twoTone) > DrawingMin ? PictureKind.Drawing : PictureKind.Photograph,
            Condition(blocking / BlockingMin, deviation / NoiseMin, gain / GainMin),
            flatness,
            twoTone,
            blocking,
            deviation,
            gain);
    }

    /// <summary>0 to 1: how much a picture of these traits should be restored.</summary>
    public static double Restoring(PictureTraits traits)
    {
        var worst = Math.Max(
            Math.Max(traits.Blocking / BlockingMin, traits.Noise / NoiseMin), traits.RestoringGain / GainMin);
        return traits.Condition == PictureCondition.Clean ? 0
            : Math.Min(1, StrengthMin + ((1 - StrengthMin) * (worst - 1) / (WholeAt - 1)));
    }

    // Each as a multiple of what a clean picture may have.
    private static PictureCondition Condition(double blocks, double grain, double degraded) =>
        Math.Max(blocks, grain) > 1
            ? (blocks >= grain ? PictureCondition.Compressed : PictureCondition.Noisy)
            : degraded > 1 ? PictureCondition.Degraded : PictureCondition.Clean;
}
