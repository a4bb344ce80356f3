namespace Enlarger.Choosing;

/// <summary>
/// The grid of blocks that JPEG leaves: where blocks meet, brightness makes a step that is larger than those beside it.
/// Elsewhere that is one in three, whatever the picture shows. Both directions and every origin are tried, so that a
/// part cut out of a compressed picture is known, too, and a picture that only has lines is not.
/// </summary>
internal sealed class BlockGrid
{
    private const int Side = 8;

    // Larger steps than 24 levels are edges of what is shown.
    private const float StepMax = 24f / 255;

    // Half a level over three pixels: less is one colour.
    private const float ChangeMin = 0.5f / 255;

    // Fewer pairs of pixels on each line of the grid are not many enough to tell a grid from chance.
    private const int PairsMin = 256;

    private readonly (long Steps, long Pairs)[] _across = new (long, long)[Side];
    private readonly (long Steps, long Pairs)[] _down = new (long, long)[Side];

    /// <summary>
    /// How much larger the part of steps is on the lines of the grid than on any between them, in the direction in
    /// which that is less; 0 where there is too little to look at.
    /// </summary>
    public double Strength => Math.Min(StrengthOf(_across), StrengthOf(_down));

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

    // Four pixels in a line. NaN, as of what is not to be seen, counts as nothing.
    private static void Count(float a, float b, float c, float d, ref (long Steps, long Pairs) line)
    {
        var (before, step, after) = (MathF.Abs(b - a), MathF.Abs(c - b), MathF.Abs(d - c));
        if (step <= StepMax && before + step + after > ChangeMin)
        {
            line.Pairs++;
            line.Steps += step > MathF.Max(before, after) ? 1 : 0;
        }
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

        // Not the mean of the others: a picture that was compressed and then halved has two such lines in eight, four
        // pixels apart, and its blocks are too small to be seen.
        return most - second;
    }
}
