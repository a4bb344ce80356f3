using System.Globalization;
using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

/// <summary>
/// The figures of docs/enhancing.md, measured anew. UPDATE_FIGURES=1 writes them: the command behind that table.
/// </summary>
public sealed class DocumentedFiguresTests
{
    private static readonly double[] Steps = [0, 0.25, 0.5, 0.75, 1];
    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_FIGURES") == "1";
    private static readonly string Document = Repository.Path("docs/enhancing.md");

    // A picture, the knob that is turned, the setting of the other, and words of style.
    public static TheoryData<string> Rows =>
    [
        .. from line in File.ReadLines(Document)
           where line.StartsWith("| ", StringComparison.Ordinal) && line.Contains(" / ", StringComparison.Ordinal)
           select line,
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Are_what_is_measured(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        var knobs = cells[2].Split(", ");
        var whole = Whole(cells[1]);
        var faithful = await Enhanced.Of(whole, enhance: null, scale: 2, model: "photo");
        var measured = new List<string>();
        foreach (var step in Steps)
        {
            var result = await Enhanced.Of(whole, Options(knobs, step), scale: 2, model: "photo");
            var change = Enhanced.Difference(faithful, result);
            var energy = Enhanced.FineEnergy(result) / Enhanced.FineEnergy(faithful);
            measured.Add(string.Create(CultureInfo.InvariantCulture, $"{change:F1} / {energy:F2}"));
        }

        if (Update)
        {
            var renewed = $"| {cells[1]} | {cells[2]} | {string.Join(" | ", measured)} |";
            var text = await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Document,
                text.Replace(row, renewed, StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
            return;
        }

        Assert.All(cells[3..^1].Zip(measured), pair => Assert.True(AreClose(pair.First, pair.Second), $"{pair}"));
    }

    // Kernels of other processors round differently.
    private static bool AreClose(string documented, string measured)
    {
        var (first, second) = (Numbers(documented), Numbers(measured));
        return Math.Abs(first[0] - second[0]) <= 0.15 && Math.Abs(first[1] - second[1]) <= 0.03;

        static double[] Numbers(string cell) =>
            [.. cell.Split(" / ").Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static PixelImage Whole(string sample)
    {
        using var file = File.OpenRead(Repository.Path($"samples/{sample}.jpg"));
        return Enlargement.Read(file);
    }

    private static EnhanceOptions Options(string[] knobs, double step)
    {
        var other = knobs.Length > 1 && knobs[1].Split(' ') is [_, var setting]
            ? double.Parse(setting, CultureInfo.InvariantCulture)
            : 1;
        return knobs[0] == "creativity"
            ? new EnhanceOptions { Creativity = step, Replication = other, Prompt = knobs.ElementAtOrDefault(2) ?? "" }
            : new EnhanceOptions { Creativity = other, Replication = step };
    }
}
