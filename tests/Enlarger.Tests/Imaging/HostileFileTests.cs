using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>
/// A collection of odd, broken and hostile files lies beside the repository on some machines, with a list of what a
/// reader should do with each.
/// </summary>
public sealed class HostileFileTests
{
    private static readonly string Folder = Repository.Path("../shared/hostile");

    [Fact]
    public void Every_file_is_read_or_refused_as_listed()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "LIST.md")), "The collection of hostile files is not here.");
        var wrong = new List<string>();
        var count = 0;
        foreach (var (name, expected) in Listed())
        {
            count++;
            var outcome = Outcome(File.ReadAllBytes(Path.Combine(Folder, name)));
            if (!Agrees(expected, outcome))
            {
                wrong.Add($"{name}: {outcome}, expected {expected}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(count, 100, int.MaxValue);
    }

    private static string Outcome(byte[] file)
    {
        try
        {
            var read = Pictures.Read(file);
            var header = ImageReader.ReadHeader(file, Pictures.Limits);
            return header.Layout == read.Image.Layout && header.Frames == read.Frames ? "OK" : "another header";
        }
        catch (ImageException exception)
        {
            return exception.Fault.ToString();
        }
    }

    private static bool Agrees(string expected, string outcome) => expected switch
    {
        _ when expected.Contains(" or ", StringComparison.Ordinal)
            || expected.StartsWith("must not", StringComparison.Ordinal) =>
            outcome != "another header",
        _ when expected.StartsWith("OK", StringComparison.Ordinal) => outcome == "OK",
        _ when expected.Contains("pixel limit", StringComparison.Ordinal) => outcome == nameof(ImageFault.TooLarge),
        _ when expected.Contains("415", StringComparison.Ordinal) => outcome == nameof(ImageFault.Unsupported),
        _ => outcome is not ("OK" or "another header"),
    };

    private static IEnumerable<(string Name, string Expected)> Listed() =>
        from line in File.ReadLines(Path.Combine(Folder, "LIST.md"))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length > 4 && cells[1].Contains('/')
        select (cells[1], cells[3]);
}
