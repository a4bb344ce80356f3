using System.Globalization;

namespace Enlarger.Choosing;

/// <summary>
/// By how many decibels a picture will come closer to what it was if it is restored, as a small network of one hidden
/// layer expects by how its samples differ from their neighbours.
/// </summary>
/// <remarks><c>training/choosing.py</c> makes <c>RestoringGain.txt</c>, and says what its lines are.</remarks>
internal static class RestoringGain
{
    private static readonly Lazy<double[][]> Layers = new(Read);

    /// <summary>In decibels of luma; less than 0 where restoring does harm, and 0 where nothing can be told.</summary>
    public static double Of(NeighbourDifferences differences, BlockingDetector grid)
    {
        if (!differences.AreTelling)
        {
            return 0;
        }

        var figures = differences.Figures(grid);
        var lines = Layers.Value;
        var hidden = Array.ConvertAll(lines[..^1], line => Math.Max(0, Sum(line, figures)));
        return Sum(lines[^1], hidden);
    }

    // A bias and a weight for each value.
    private static double Sum(double[] line, double[] values)
    {
        var sum = line[0];
        for (var i = 0; i < values.Length; i++)
        {
            sum += line[i + 1] * values[i];
        }

        return sum;
    }

    private static double[][] Read()
    {
        using var stream = typeof(RestoringGain).Assembly.GetManifestResourceStream("RestoringGain.txt")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
                Array.ConvertAll(line.Split(' '), number => double.Parse(number, CultureInfo.InvariantCulture))),
        ];
    }
}
