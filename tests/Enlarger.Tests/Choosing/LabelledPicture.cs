using System.Formats.Tar;
using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

/// <summary>A picture of which somebody has said whether it is drawn.</summary>
internal sealed record LabelledPicture(string Name, bool IsDrawn, byte[] File)
{
    private static readonly string Shared = Repository.Path("../shared");

    private static readonly string[] DrawnCategories = ["anime", "illustration", "lineart", "pattern", "text"];

    // By whoever collected them, these are photographs. They are charts, screens and clip art.
    private static readonly string[] DrawnAmongPhotographs =
    [
        "cid_1536017106.jpg", "cid_3DPieChart.jpg", "cid_AgilityCourseElements.jpg", "cid_akfcrc022.jpg",
        "cid_nicubunu_Game_baddie_Policeman.jpg", "cid_Temperament-pie-chart-according-to-Eysenck.jpg",
        "ph_0473.jpg", "ph_0678.jpg",
    ];

    private static readonly string[] DrawnInTestSets = ["comic", "ppt3"];

    /// <summary>Every <paramref name="step"/>th of the pictures that networks are trained on.</summary>
    public static IEnumerable<LabelledPicture> ForTraining(int step)
    {
        var categories = System.IO.File.ReadLines(Path.Combine(Shared, "train/manifest.csv"))
            .Select(line => line.Split(','))
            .ToDictionary(cells => cells[0], cells => cells[2]);
        var count = 0;
        foreach (var shard in Directory.EnumerateFiles(Path.Combine(Shared, "train"), "*.tar").Order())
        {
            using var tar = new TarReader(System.IO.File.OpenRead(shard));
            while (tar.GetNextEntry() is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                if (entry.DataStream is null || !categories.TryGetValue(name, out var category))
                {
                    continue;
                }

                if (count++ % step == 0)
                {
                    using var file = new MemoryStream();
                    entry.DataStream.CopyTo(file);
                    var isDrawn = DrawnCategories.Contains(category) || DrawnAmongPhotographs.Contains(name);
                    yield return new LabelledPicture(name, isDrawn, file.ToArray());
                }
            }
        }
    }

    /// <summary>Those of Set5, Set14 and half of Kodak.</summary>
    public static IEnumerable<LabelledPicture> ForTesting() =>
        from set in (string[])["Set5", "Set14", "Kodak12"]
        from path in Directory.EnumerateFiles(Path.Combine(Shared, "bench", set)).Order()
        let name = Path.GetFileNameWithoutExtension(path)
        select new LabelledPicture(name, DrawnInTestSets.Contains(name), System.IO.File.ReadAllBytes(path));

    /// <summary>The middle of the picture, at most so many pixels wide and high.</summary>
    public PixelImage Middle(int side)
    {
        using var file = new MemoryStream(File);
        var image = Enlargement.Read(file);
        var (width, height) = (Math.Min(side, image.Width), Math.Min(side, image.Height));
        return Damage.Part(image, (image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
