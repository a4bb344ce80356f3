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
        TestData.Get("hostile/LIST.md");
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

    [Theory]
    [InlineData("jpeg/cymk.jpg", 1, 3, 8)]
    [InlineData("jpeg/down_sampled_grayscale_prog.jpg", 1, 1, 8)]
    [InlineData("png/basn0g16.png", 1, 1, 16)]
    [InlineData("png/basn6a16.png", 1, 4, 16)]
    [InlineData("png/tbbn3p08.png", 1, 4, 8)]
    [InlineData("tiff/fax4.tiff", 1, 1, 8)]
    [InlineData("avif_heic_jxl/weld_sato_12B_8B_q0.avif", 1, 3, 16)]
    [InlineData("gif_ico_webp/dancing-banana.gif", 8, 4, 8)]
    [InlineData("gif_ico_webp/animated_8frames.webp", 8, 4, 8)]
    [InlineData("bmp/pal2.bmp", 1, 1, 8)]
    [InlineData("bmp/rgba32.bmp", 1, 4, 8)]
    public void Odd_kinds_come_in_as_documented(string name, int frames, int channels, int bitDepth)
    {
        var path = TestData.Get($"hostile/{name}");
        var read = Pictures.Read(File.ReadAllBytes(path));
        Assert.Equal((frames, channels, bitDepth), (read.Frames, read.Image.Channels, read.Image.BitDepth));
    }

    [Fact]
    public void Cmyk_is_not_inverted()
    {
        var path = TestData.Get("hostile/jpeg/cymk.jpg");

        // Parachutists before a blue sky.
        var image = Pictures.Read(File.ReadAllBytes(path)).Image;
        var sky = image.Row(30).Slice(20 * 3, 3);
        Assert.True(sky[2] > sky[1] && sky[1] > sky[0] && sky[2] > 100, $"{sky[0]} {sky[1]} {sky[2]}");
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
        _ when expected.Contains(" or ", StringComparison.Ordinal) => outcome != "another header",
        _ when expected.StartsWith("must not", StringComparison.Ordinal) => outcome != "another header",
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
