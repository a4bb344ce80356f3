namespace Enlarger.Choosing;

/// <summary>
/// Detects the blocking of JPEG: on the grid of its 8x8 blocks, the step in brightness is more often larger than both
/// steps beside it. Elsewhere that is so for one step in three, whatever the picture shows. Every origin of the grid is
/// tried, so that a crop of a compressed picture is detected, and both directions must agree, so that a picture with
/// lines is not.
/// </summary>
internal sealed class BlockingDetector
{
    private const int Side = 8;

    // Steps of more than 24 levels are edges in the picture.
    private const float StepMax = 24f / 255;

    // Half a level over three steps: less is a flat area.
    private const float ChangeMin = 0.5f / 255;

    // With fewer pairs of pixels for each of the eight positions, a grid cannot be told from chance.
    private const int PairsMin = 256;

    // As if each line had so many more without a step.
    private const double PairsAdded = 8;

    private readonly (long Steps, long Pairs)[] _across = new (long, long)[Side];
    private readonly (long Steps, long Pairs)[] _down = new (long, long)[Side];

    /// <summary>
    /// By how much the share of large steps at the best of eight grid positions exceeds that at the second best, in the
    /// weaker of both directions; 0 for a picture that is too small.
    /// </summary>
    public double Strength => Math.Min(StrengthOf(_across), StrengthOf(_down));

    /// <summary>
    /// By how much the line with the most steps has more of them than the next one, in the weaker direction and in the
    /// stronger; and the mean part of steps. A direction in which little can be counted counts little.
    /// </summary>
    public (double Weaker, double Stronger, double Mean) Shares
    {
        get
        {
            var (across, down) = (Parts(_across), Parts(_down));
            var (first, second) = (across[^1] - across[^2], down[^1] - down[^2]);
            return (Math.Min(first, second), Math.Max(first, second), (across.Average() + down.Average()) / 2);
        }
    }

    public void Add(SampleTile tile)
    {
        for (var y = 0; y < tile.Height; y++)
        {
            var row = tile.Row(y);
            for (var x = 1; x + 2 < row.Length; x++)
            {
                Count(row[x - 1], row[x], row[x + 1], row[x + 2], ref _across[(tile.Left + x + 1) % Side]);
            }
        }

        for (var y = 1; y + 2 < tile.Height; y++)
        {
            var above = tile.Row(y - 1);
            var row = tile.Row(y);
            var below = tile.Row(y + 1);
            var last = tile.Row(y + 2);
            ref var line = ref _down[(tile.Top + y + 1) % Side];
            for (var x = 0; x < row.Length; x++)
            {
                Count(above[x], row[x], below[x], last[x], ref line);
            }
        }
    }

    // Four consecutive pixels. Comparisons with NaN, as transparent pixels are, are false, so these are not counted.
    private static void Count(float a, float b, float c, float d, ref (long Steps, long Pairs) line)
    {
        var (before, step, after) = (MathF.Abs(b - a), MathF.Abs(c - b), MathF.Abs(d - c));
        if (step <= StepMax && before + step + after > ChangeMin)
        {
            line.Pairs++;
            line.Steps += step > MathF.Max(before, after) ? 1 : 0;
        }
    }

    // In ascending order.
    private static double[] Parts((long Steps, long Pairs)[] lines)
    {
        var parts = Array.ConvertAll(lines, line => line.Steps / (line.Pairs + PairsAdded));
        Array.Sort(parts);
        return parts;
    }

    private static double StrengthOf((long Steps, long Pairs)[] lines)
    {
        var (most, second) = (0.0, 0.0);
        foreach (var (steps, pairs) in lines)
        {
            if (pairs < PairsMin)
            {
                return 0;
            }

            var part = (double)steps / pairs;
            (most, second) = part > most ? (part, most) : (most, Math.Max(part, second));
        }

        // Compared with the second best and not with the mean: a picture that was compressed and then halved has two
        // such positions, four pixels apart, and its blocks are too small to be visible.
        return most - second;
    }
}
