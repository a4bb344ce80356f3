using System.Text.Json;
using Enlarger.Imaging;

namespace Enlarger.Tests.Commands;

/// <summary>The name of a result and what the file holds agree, and nothing is left out in silence.</summary>
public sealed class UpscaleNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_result_ends_in_the_format_that_the_file_holds()
    {
        Add("in/download.jpg", ImageFormat.Webp);
        Add("in/scan.png", ImageFormat.Jpeg);
        Add("in/photo.JPEG", ImageFormat.Jpeg);
        Add("in/old.tif", ImageFormat.Tiff);
        Add("bare", ImageFormat.Png);

        var folder = await Upscale(_folder["in"], "-o", _folder["out"]);
        var beside = await Upscale(_folder["in/*.jpg"], _folder["bare"]);

        Assert.Equal((0, 0), (folder.ExitCode, beside.ExitCode));
        Assert.Equal(["out/download.webp", "out/old.tif", "out/photo.JPEG", "out/scan.jpg"], _folder.Files("out/"));
        Assert.Equal(["in/download@2x.webp"], _folder.Files("in/download@"));
        Assert.Equal(["bare", "bare@2x.png"], _folder.Files("bare"));
        Assert.All(
            _folder.Files().Where(name => name.StartsWith("out/", StringComparison.Ordinal) || name.Contains('@')),
            name => Assert.Equal(ImageFormats.Find(Path.GetExtension(name)), CommandRun.Read(_folder[name]).Format));
        Assert.Contains("download.jpg: The file holds WebP", folder.Error);
        Assert.DoesNotContain("photo.JPEG: The file", folder.Error);
    }

    [Fact]
    public async Task A_batch_with_such_names_goes_on_where_it_stopped()
    {
        Add("in/download.jpg", ImageFormat.Webp);
        await Upscale(_folder["in"], "-o", _folder["out"]);
        var toFolder = await Upscale(_folder["in"], "-o", _folder["out"], "--json");
        await Upscale(_folder["in"]);
        var beside = await Upscale(_folder["in"], "--json");

        Assert.All([toFolder, beside], run =>
        {
            Assert.Equal(0, run.ExitCode);
            Assert.Contains("\"status\":\"skipped\"", Assert.Single(run.OutLines));
        });
        Assert.Equal(["in/download.jpg", "in/download@2x.webp", "out/download.webp"], _folder.Files());
    }

    [Fact]
    public async Task A_name_after_o_chooses_the_format_whatever_the_input_is_called()
    {
        Add("download.jpg", ImageFormat.Webp);

        var named = await Upscale(_folder["download.jpg"], "-o", _folder["x.jpg"]);
        var asked = await Upscale(_folder["download.jpg"], "-f", "jpg");
        var pipe = await Upscale(_folder["download.jpg"], "-o", "-");

        Assert.Equal((0, 0, 0), (named.ExitCode, asked.ExitCode, pipe.ExitCode));
        Assert.Equal(ImageFormat.Jpeg, CommandRun.Read(_folder["x.jpg"]).Format);
        Assert.Equal(ImageFormat.Jpeg, CommandRun.Read(_folder["download@2x.jpg"]).Format);
        Assert.Equal(ImageFormat.Webp, CommandRun.Read(pipe.Bytes).Format);
    }

    [Fact]
    public async Task Pictures_of_kinds_that_are_not_read_are_counted_in_a_line()
    {
        Add("in/a.png", ImageFormat.Png);
        foreach (var name in (string[])["phone.heic", "B.HEIC", "new.jxl", "design.psd", "deep/raw.NEF", "logo.svg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"in/{name}"])!);
            File.WriteAllText(_folder[$"in/{name}"], "not looked at");
        }

        File.WriteAllText(_folder["in/notes.txt"], "no picture");
        File.WriteAllText(_folder["in/Thumbs.db"], "no picture");

        var run = await Upscale(_folder["in"], "-o", _folder["out"], "--recursive");
        var json = await Upscale(_folder["in"], "-o", _folder["out2"], "--json", "--quiet");
        var quiet = await Upscale(_folder["in"], "-o", _folder["out3"], "--quiet");
        var only = await Upscale(_folder["in/deep"]);

        Assert.Equal((0, 0, 0, 1), (run.ExitCode, json.ExitCode, quiet.ExitCode, only.ExitCode));
        var line = Assert.Single(run.ErrorLines, line => line.StartsWith("Left out", StringComparison.Ordinal));
        Assert.EndsWith("2 HEIC, 1 JPEG XL, 1 Photoshop, 1 SVG, 1 raw camera (6 files).", line);
        var report = Assert.Single(
            json.OutLines.Select(text => JsonDocument.Parse(text).RootElement),
            report => report.GetProperty("status").GetString() == "left_out");
        Assert.Equal(2, report.GetProperty("left_out").GetProperty("HEIC").GetInt32());
        Assert.Equal(_folder["in"], report.GetProperty("input").GetString());
        Assert.Empty(quiet.ErrorLines);
        Assert.Contains("raw camera", only.Error);
    }

    [Fact]
    public async Task Nothing_is_said_of_files_that_are_no_pictures()
    {
        Add("in/a.png", ImageFormat.Png);
        File.WriteAllText(_folder["in/notes.txt"], "no picture");

        var run = await Upscale(_folder["in"], "-o", _folder["out"], "--json");

        Assert.Single(run.OutLines);
        Assert.DoesNotContain("Left out", run.Error);
    }

    [Theory]
    [InlineData("keeps the size of a picture", "a.png", "-m", "restore")]
    [InlineData("keeps the size of a picture", "a.png", "-m", "restore", "-s", "2")]
    [InlineData("contradict each other", "a.png", "-f", "jpg", "-o", "q.png")]
    [InlineData("contradict each other", "-", "-f", "webp", "-o", "q.tif")]
    [InlineData("names one picture", "a.png", "b.png", "-o", "both.png")]
    [InlineData("names one picture", "folder", "-o", "both.webp")]
    [InlineData("names one picture", "a.png", "b.png", "-o", "both.heic")]
    [InlineData("names one picture", "*.png", "-o", "both.jpg")]
    [InlineData("has no quality", "a.png", "-q", "80", "-f", "png")]
    [InlineData("has no quality", "a.png", "-q", "80", "-o", "c.tiff")]
    [InlineData("has no quality", "folder", "-o", "out", "-f", "bmp", "--max-bytes", "2M")]
    [InlineData("has no quality", "a.png", "--max-bytes", "2M", "-o", "c.png")]
    public async Task Options_that_cannot_be_together_are_wrong_usage(string reason, params string[] arguments)
    {
        Add("a.png", ImageFormat.Png);
        Add("b.png", ImageFormat.Png);
        Add("folder/c.png", ImageFormat.Png);
        var before = _folder.Files();

        var run = await CommandRun.Of(["upscale", .. arguments.Select(InFolder)]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, Assert.Single(run.ErrorLines));
        Assert.Equal(before, _folder.Files());
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData(new[] { "a.png", "-m", "restore", "-s", "1" }, "a@1x.png")]
    [InlineData(new[] { "a.png", "-m", "bicubic", "-f", "jpg", "-o", "q.JPEG" }, "q.JPEG")]
    [InlineData(new[] { "a.png", "-m", "bicubic", "-f", "jpg", "-o", "q.bak" }, "q.bak")]
    [InlineData(new[] { "a.png", "folder/c.png", "-m", "bicubic", "-o", "both.png/" }, "both.png/a.png")]
    [InlineData(new[] { "a.png", "folder/c.png", "-m", "bicubic", "-o", "v1.2" }, "v1.2/c.png")]
    [InlineData(new[] { "a.png", "-m", "bicubic", "-q", "80", "-f", "webp" }, "a@4x.webp")]
    public async Task What_can_be_together_is_done(string[] arguments, string result)
    {
        Add("a.png", ImageFormat.Png);
        Add("folder/c.png", ImageFormat.Png);

        var run = await CommandRun.Of(["upscale", .. arguments.Select(InFolder)]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(result, _folder.Files());
    }

    private static Task<CommandRun> Upscale(params string[] arguments) =>
        CommandRun.Of(["upscale", "-m", "bicubic", "-s", "2", .. arguments]);

    // What looks like a path lies in the folder of the test.
    private string InFolder(string argument) =>
        argument.Contains('.') || argument is "folder" or "out" ? _folder[argument] : argument;

    private void Add(string name, ImageFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], CommandRun.Picture(16, 12, format));
    }
}
