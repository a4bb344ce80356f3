namespace Enlarger.Choosing;

/// <summary>
/// How much samples differ from their neighbours: quantiles of differences over one, two and four pixels, of second
/// differences, and of those of the colours. Compression, resizing, blur and noise each change how these relate.
/// </summary>
/// <remarks>The same figures as those of <c>training/choosing.py</c>, which learns from them.</remarks>
internal sealed class NeighbourDifferences
{
    // Eighths of a level of 255 are counted: luma of 8-bit samples has such fractions.
    private const int BinsPerLevel = 8;
    private const int Bins = (255 * BinsPerLevel) + 1;

    // Levels: keeps what is no difference at all from being infinitely less than a small one.
    private const double Soft = 0.25;

    // Fewer differences than a square of 32x32 pixels has say nothing about a picture.
    private const int CountMin = 32 * 32;

    private static readonly double[] LumaQuantiles = [0.1, 0.25, 0.5, 0.75, 0.9, 0.98];
    private static readonly double[] ColourQuantiles = [0.25, 0.5, 0.75, 0.9];
    private static readonly int[] Steps = [1, 2, 4];

    private readonly int[] _mask = new int[Bins];
    private readonly int[][] _steps = Array.ConvertAll(Steps, _ => new int[Bins]);
    private readonly int[] _bends = new int[Bins];
    private readonly int[] _colours = new int[Bins];

    /// <summary>Whether there is enough to tell anything by, and nine in ten pixels are not like their neighbours.
    /// </summary>
    public bool AreTelling => _mask.Sum() >= CountMin && Quantile(_steps[0], 0.9) > 0;

    public void Add(SampleTile tile)
    {
        for (var y = 0; y < tile.Height; y++)
        {
            var row = tile.Row(y);
            for (var i = 0; i < Steps.Length; i++)
            {
                var step = Steps[i];
                Count(row[..Math.Max(0, row.Length - step)], row[Math.Min(step, row.Length)..], _steps[i]);
                if (y + step < tile.Height)
                {
                    Count(row, tile.Row(y + step), _steps[i]);
                }
            }

            CountBendsAlong(row, _bends);
            if (y + 2 < tile.Height)
            {
                CountBends(row, tile.Row(y + 1), tile.Row(y + 2), _bends);
                CountMask(row, tile.Row(y + 1), tile.Row(y + 2));
            }
        }

        if (tile.Channels == 3)
        {
            AddColours(tile);
        }
    }

    /// <summary>Logarithms of the quantiles, kind by kind, and how much the grid of blocks shows.</summary>
    public double[] Figures(BlockingDetector grid)
    {
        var (weaker, stronger, mean) = grid.Shares;
        return
        [
            .. Logarithms(_mask, LumaQuantiles),
            .. _steps.SelectMany(counts => Logarithms(counts, LumaQuantiles)),
            .. Logarithms(_bends, LumaQuantiles),
            .. Logarithms(_colours, ColourQuantiles),
            weaker,
            stronger,
            mean,
        ];
    }

    private static IEnumerable<double> Logarithms(int[] counts, double[] quantiles) =>
        quantiles.Select(quantile => Math.Log(Quantile(counts, quantile) + Soft));

    // In levels; 0 where nothing was counted, as of the colours of a grey picture.
    private static double Quantile(int[] counts, double quantile)
    {
        var wanted = quantile * counts.Sum();
        var (bin, sum) = (0, counts[0]);
        while (sum < wanted)
        {
            bin++;
            sum += counts[bin];
        }

        return bin / (double)BinsPerLevel;
    }

    // What red and blue have more than luma, which is where compression and sensors leave other traces.
    private void AddColours(SampleTile tile)
    {
        foreach (var channel in (int[])[0, 2])
        {
            var (first, second, third) = (new float[tile.Width], new float[tile.Width], new float[tile.Width]);
            for (var y = 0; y < tile.Height; y++)
            {
                (first, second, third) = (second, third, first);
                var row = tile.Row(y);
                var colours = tile.Colours(y);
                for (var x = 0; x < row.Length; x++)
                {
                    third[x] = colours[(x * 3) + channel] - row[x];
                }

                CountBendsAlong(third, _colours);
                if (y >= 2)
                {
                    CountBends(first, second, third, _colours);
                }
            }
        }
    }

    private void CountMask(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> third)
    {
        for (var x = 0; x + 2 < first.Length; x++)
        {
            CountOne(
                first[x] + third[x] + first[x + 2] + third[x + 2] + (4 * second[x + 1])
                    - (2 * (second[x] + second[x + 2] + first[x + 1] + third[x + 1])),
                _mask);
        }
    }

    private static void Count(ReadOnlySpan<float> from, ReadOnlySpan<float> to, int[] counts)
    {
        for (var x = 0; x < from.Length; x++)
        {
            CountOne(to[x] - from[x], counts);
        }
    }

    private static void CountBends(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> third, int[] counts)
    {
        for (var x = 0; x < first.Length; x++)
        {
            CountOne(first[x] + third[x] - (2 * second[x]), counts);
        }
    }

    private static void CountBendsAlong(ReadOnlySpan<float> row, int[] counts)
    {
        if (row.Length > 2)
        {
            CountBends(row[..^2], row[1..^1], row[2..], counts);
        }
    }

    // NaN, as of what is not to be seen, is not counted. Rounded, as whole levels are frequent and would otherwise fall
    // on either side of a border between bins.
    private static void CountOne(float difference, int[] counts)
    {
        var bin = (MathF.Abs(difference) * (255 * BinsPerLevel)) + 0.5f;
        if (!float.IsNaN(bin))
        {
            counts[(int)MathF.Min(bin, Bins - 1)]++;
        }
    }
}
