using System.Globalization;
using Enlarger.Choosing;
using Enlarger.Imaging;
using Enlarger.Tests.Enhancing;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

/// <summary>
/// How often the choice is right, on a part of the labelled pictures. UPDATE_FIGURES=1 takes more of them, in minutes,
/// and writes the tables of docs/choosing.md.
/// </summary>
public sealed class DocumentedChoosingTests
{
    private const int Clean = 100;
    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_FIGURES") == "1";

    // 512 are as many as are looked at, so that more would change nothing.
    private static readonly int Side = Update ? 512 : 320;
    private static readonly string Document = Repository.Path("docs/choosing.md");
    private static readonly int[] Qualities = Update ? [90, 80, 70, 60, 45, 30, 20, 10] : [90, 30, 10];
    private static readonly int[] Noises = Update ? [5, 10, 15] : [15];

    [Fact]
    public async Task Kinds_and_conditions_are_told_as_often_as_documented()
    {
        TestData.Get("train/manifest.csv");
        var training = LabelledPicture.ForTraining(Update ? 3 : 16).Select(Inspect).ToList();
        var testing = LabelledPicture.ForTesting().Select(Inspect).ToList();
        var photographs = Group("photographs", training, isDrawn: false);
        var drawings = Group("drawings", training, isDrawn: true);
        var tests = Group("photographs of test sets", testing, isDrawn: false);
        if (Update)
        {
            await WriteAsync("accuracy", [.. photographs.ToLines(), .. drawings.ToLines(), .. tests.ToLines()]);
        }

        // Two of the test sets have been compressed, the fur of a third is taken for noise, and five scans are grainy.
        Assert.InRange(photographs.Damaged(Clean), 0, 0.12);
        Assert.InRange(tests.Damaged(Clean), 0, 0.3);
        Assert.All((Inspected[])[photographs, tests], group =>
        {
            Assert.All(group.Looks, look => Assert.InRange(group.Drawn(look), 0, 0.06));
            Assert.InRange(group.Damaged(10), 0.9, 1);
            Assert.InRange(group.Damaged(30), 0.85, 1);
            Assert.InRange(group.Damaged(-15), 0.9, 1);
        });
        Assert.InRange(drawings.Drawn(Clean), 0.85, 1);
        Assert.InRange(drawings.Damaged(Clean), 0, 0.05);
    }

    [Fact]
    public async Task What_auto_restores_comes_closer_to_what_it_was()
    {
        TestData.Get("train/manifest.csv");
        var pictures = LabelledPicture.ForTesting().Where(picture => char.IsDigit(picture.Name[0]))
            .Where((_, i) => Update || i % 4 == 1)
            .Select(picture => picture.Middle(Update ? 256 : 192))
            .ToList();
        var columns = new List<(double Damaged, double Auto, double Restored)>();
        foreach (var look in Qualities.Concat(Noises.Select(noise => -noise)))
        {
            var gains = new List<(double, double, double)>();
            foreach (var picture in pictures)
            {
                var damaged = Take(picture, look);
                var auto = await Enlargement.Of(damaged, new EnlargeOptions { Scale = 1 });
                var whole = await Enlargement.Of(damaged, new EnlargeOptions { Scale = 1, Model = "restore" });
                gains.Add((
                    ImageQuality.Psnr(picture, damaged, 0),
                    ImageQuality.Psnr(picture, auto.Image, 0),
                    ImageQuality.Psnr(picture, whole.Image, 0)));
            }

            columns.Add((gains.Average(gain => gain.Item1), gains.Average(gain => gain.Item2),
                gains.Average(gain => gain.Item3)));
        }

        if (Update)
        {
            await WriteAsync("restoring", [
                Row("as it is", columns.Select(column => column.Damaged)),
                Row("`auto`", columns.Select(column => column.Auto)),
                Row("`restore`", columns.Select(column => column.Restored)),
            ]);
        }

        Assert.All(columns, column => Assert.InRange(column.Auto - column.Damaged, -0.1, 10));
        Assert.InRange(columns[Qualities.Length - 1].Auto - columns[Qualities.Length - 1].Damaged, 0.2, 10);

        static string Row(string name, IEnumerable<double> values) =>
            $"| {name} | {string.Join(" | ", values.Select(Decibels))} |";

        static string Decibels(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
    }

    // Clean, then saved as JPEG, then with noise, which is a look below zero.
    private static LabelledTraits Inspect(LabelledPicture picture)
    {
        var middle = picture.Middle(Side);
        int[] looks = [Clean, .. Qualities, .. Noises.Select(noise => -noise)];
        return new LabelledTraits(
            picture.IsDrawn,
            looks.ToDictionary(look => look, look => PictureInspection.Of(Take(middle, look))));
    }

    private static PixelImage Take(PixelImage picture, int look) => look switch
    {
        Clean => picture,
        > 0 => Damage.Jpeg(picture, look),
        _ => Enhanced.Noisy(picture, -look),
    };

    private static Inspected Group(string name, IEnumerable<LabelledTraits> pictures, bool isDrawn) =>
        new(name, [.. pictures.Where(picture => picture.IsDrawn == isDrawn).Select(picture => picture.Traits)]);

    // The rows of the table behind a comment that names it.
    private static async Task WriteAsync(string table, IReadOnlyList<string> rows)
    {
        var lines = (await File.ReadAllLinesAsync(Document, TestContext.Current.CancellationToken)).ToList();
        var start = lines.IndexOf($"<!-- {table} -->") + 4;
        lines.RemoveRange(start, lines.FindIndex(start, line => !line.StartsWith('|')) - start);
        lines.InsertRange(start, rows);
        await File.WriteAllTextAsync(
            Document, string.Join('\n', lines) + "\n", TestContext.Current.CancellationToken);
    }

    private sealed record LabelledTraits(bool IsDrawn, Dictionary<int, PictureTraits> Traits);

    private sealed record Inspected(string Name, IReadOnlyList<Dictionary<int, PictureTraits>> Pictures)
    {
        public IEnumerable<int> Looks => Pictures[0].Keys;

        public double Drawn(int look) => Part(look, traits => traits.Kind == PictureKind.Drawing);

        public double Damaged(int look) => Part(look, traits => traits.Condition != PictureCondition.Clean);

        public IEnumerable<string> ToLines() =>
        [
            $"| {Pictures.Count} {Name} | drawing | {Cells(Drawn)} |",
            $"| | damaged | {Cells(Damaged)} |",
        ];

        private string Cells(Func<int, double> part) => string.Join(
            " | ", Looks.Select(look => (100 * part(look)).ToString("F0", CultureInfo.InvariantCulture)));

        private double Part(int look, Func<PictureTraits, bool> matches) =>
            Pictures.Count(picture => matches(picture[look])) / (double)Pictures.Count;
    }
}
