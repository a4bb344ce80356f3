using System.Text.Json;
using Enlarger.Imaging;

namespace Enlarger.Tests.Commands;

public sealed class UpscaleCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { "-s", "2" }, "a@2x.png", 32, 24)]
    [InlineData(new[] { "-s", "1.5x" }, "a@1.5x.png", 24, 18)]
    [InlineData(new[] { "--size", "40x20" }, "a@40x20.png", 40, 20)]
    [InlineData(new[] { "-s", "2", "-f", "jpg" }, "a@2x.jpg", 32, 24)]
    public async Task Writes_beside_the_input_and_says_where(string[] options, string name, int width, int height)
    {
        AddPicture("a.png");

        var run = await CommandRun.Of(["upscale", _folder["a.png"], "-m", "bicubic", .. options]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([_folder[name]], run.OutLines);
        Assert.Equal(new[] { "a.png", name }.Order(StringComparer.Ordinal), _folder.Files());
        var result = CommandRun.Read(_folder[name]);
        Assert.Equal((width, height), (result.Image.Width, result.Image.Height));
        Assert.Equal(ImageFormats.Find(Path.GetExtension(name)), result.Format);
    }

    [Fact]
    public async Task The_extension_of_the_output_chooses_the_format()
    {
        AddPicture("a.png");

        var run = await CommandRun.Of("upscale", _folder["a.png"], "-m", "bicubic", "-o", _folder["new/b.webp"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["a.png", "new/b.webp"], _folder.Files());
        Assert.Equal(ImageFormat.Webp, CommandRun.Read(_folder["new/b.webp"]).Format);
    }

    [Fact]
    public async Task A_folder_comes_out_with_the_folders_in_it()
    {
        AddPicture("in/a.png");
        AddPicture("in/deep/b.png");
        AddPicture("in/.thumbnails/c.png");
        File.WriteAllText(_folder["in/notes.txt"], "not a picture");

        var run = await CommandRun.Of(
            "upscale", _folder["in"], "-m", "bicubic", "-s", "2", "--recursive", "-o", _folder["out"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["out/a.png", "out/deep/b.png"], _folder.Files("out/"));
    }

    [Fact]
    public async Task A_second_run_enlarges_no_results_and_skips_what_is_done()
    {
        AddPicture("a.png");
        await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic", "-s", "2");
        File.WriteAllText(_folder["a@2x.png"], "kept");

        var again = await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic", "-s", "2", "--json");

        Assert.Equal(0, again.ExitCode);
        Assert.Equal("skipped", JsonDocument.Parse(again.Out).RootElement.GetProperty("status").GetString());
        Assert.Contains("is there already", again.Error);
        Assert.Equal(["a.png", "a@2x.png"], _folder.Files());
        Assert.Equal("kept", File.ReadAllText(_folder["a@2x.png"]));

        var forced = await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic", "-s", "2", "--force");

        Assert.Equal(0, forced.ExitCode);
        Assert.Equal(32, CommandRun.Read(_folder["a@2x.png"]).Image.Width);
    }

    [Fact]
    public async Task Two_pictures_never_become_one()
    {
        AddPicture("a.png");
        File.WriteAllBytes(_folder["a.bmp"], CommandRun.Picture(16, 12, ImageFormat.Bmp));

        var run = await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic", "-f", "jpg");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("would both be written to", Assert.Single(run.ErrorLines));
        Assert.Equal(["a.bmp", "a.png"], _folder.Files());
    }

    [Fact]
    public async Task An_input_is_never_overwritten()
    {
        AddPicture("a.png");
        var before = File.ReadAllBytes(_folder["a.png"]);

        var byName = await CommandRun.Of(
            "upscale", _folder["a.png"], "-m", "bicubic", "--force", "-o", _folder["a.png"]);
        var byFolder = await CommandRun.Of(
            "upscale", _folder["a.png"], "-m", "bicubic", "--force", "-o", _folder.Root);

        Assert.Equal((2, 2), (byName.ExitCode, byFolder.ExitCode));
        Assert.Contains("would be overwritten by its own result", byName.Error);
        Assert.Equal(before, File.ReadAllBytes(_folder["a.png"]));
    }

    [Fact]
    public async Task What_fails_is_named_and_the_rest_is_done()
    {
        AddPicture("a.png");
        File.WriteAllBytes(_folder["b.png"], CommandRun.Picture(16, 12).AsSpan(0, 60).ToArray());
        File.WriteAllText(_folder["c.png"], "no picture at all");

        var run = await CommandRun.Of(
            "upscale", _folder["a.png"], _folder["b.png"], _folder["c.png"], _folder["missing.png"],
            "-m", "bicubic", "-s", "2", "-o", _folder["out"], "--quiet");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal([Path.Combine(_folder["out"], "a.png")], run.OutLines);
        Assert.Equal(3, run.ErrorLines.Count);
        foreach (var name in new[] { "b.png", "c.png", "missing.png" })
        {
            Assert.Single(run.ErrorLines, line => line.Contains(name, StringComparison.Ordinal));
        }

        Assert.Equal(["a.png", "b.png", "c.png", "out/a.png"], _folder.Files());
    }

    [Fact]
    public async Task A_failure_leaves_no_folder_behind()
    {
        File.WriteAllText(_folder["a.png"], "no picture at all");

        var run = await CommandRun.Of("upscale", _folder["a.png"], "-m", "bicubic", "-o", _folder["x/y/b.png"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["a.png"], _folder.Files());
        Assert.False(Directory.Exists(_folder["x"]));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_named()
    {
        AddPicture("a.png");
        File.WriteAllText(_folder["file"], "in the way");

        var run = await CommandRun.Of("upscale", _folder["a.png"], "-m", "bicubic", "-o", _folder["file/b.png"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{_folder["file"]} is a file", run.ErrorLines[^1]);
        Assert.Equal(["a.png", "file"], _folder.Files());
    }

    [Fact]
    public async Task Json_tells_scripts_everything()
    {
        AddPicture("a.png");

        var run = await CommandRun.Of("upscale", _folder["a.png"], "gone.png", "-m", "bicubic", "-s", "2", "--json");

        Assert.Equal(1, run.ExitCode);
        var lines = run.OutLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        string[] keys =
        [
            "input", "output", "status", "width", "height", "scale", "model", "choice", "restored", "format",
            "quality", "fidelity", "unknown_words", "frames_left_out", "notes", "milliseconds", "left_out", "error",
        ];
        Assert.All(lines, line => Assert.Equal(keys, line.EnumerateObject().Select(property => property.Name)));
        var done = Assert.Single(lines, line => line.GetProperty("status").GetString() == "done");
        Assert.Equal(32, done.GetProperty("width").GetInt32());
        Assert.Equal("png", done.GetProperty("format").GetString());
        Assert.InRange(done.GetProperty("fidelity").GetDouble(), 0, 10);
        Assert.True(done.GetProperty("milliseconds").GetProperty("total").GetDouble() > 0);
        var failed = Assert.Single(lines, line => line.GetProperty("status").GetString() == "failed");
        Assert.Equal("gone.png", failed.GetProperty("input").GetString());
        Assert.Contains("gone.png", failed.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_pipe_carries_the_picture_and_nothing_else()
    {
        string[] arguments = ["upscale", "-", "-o", "-", "-m", "bicubic", "-s", "2", "-f", "png"];

        var run = await CommandRun.Of(
            arguments, CommandRun.Picture(16, 12), TestContext.Current.CancellationToken);
        var broken = await CommandRun.Of(arguments, [1, 2, 3], TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Equal(32, CommandRun.Read(run.Bytes).Image.Width);
        Assert.Equal(1, broken.ExitCode);
        Assert.Empty(broken.Bytes);
    }

    [Fact]
    public async Task Patterns_are_expanded_where_the_shell_does_not()
    {
        AddPicture("in1/a.png");
        AddPicture("in2/b.png");
        AddPicture("other/c.png");

        var run = await CommandRun.Of(
            "upscale", _folder["in?/*.png"], _folder["none*.png"], "-m", "bicubic", "-o", _folder["out"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(run.ErrorLines, line => line.Contains("No file matches", StringComparison.Ordinal));
        Assert.Equal(["out/a.png", "out/b.png"], _folder.Files("out/"));
    }

    [Fact]
    public async Task An_empty_folder_is_one_line_and_a_failure()
    {
        var run = await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no pictures to enlarge", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public async Task Left_parts_of_a_killed_run_are_no_pictures()
    {
        AddPicture("a.png");
        File.WriteAllBytes(_folder[".a@2x.png.k3j2.abc.enlarger-part"], CommandRun.Picture(8, 8));
        File.WriteAllBytes(_folder[".hidden.png"], CommandRun.Picture(8, 8));

        var run = await CommandRun.Of("upscale", _folder.Root, "-m", "bicubic", "-s", "2");

        Assert.Equal([_folder["a@2x.png"]], run.OutLines);
    }

    [Fact]
    public async Task A_stop_leaves_nothing_half_done()
    {
        AddPicture("a.png");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var run = await CommandRun.Of(
            ["upscale", _folder["a.png"], "-o", _folder["out/b.png"], "-m", "bicubic"], [], stop.Token);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("0 of 1", Assert.Single(run.ErrorLines));
        Assert.Equal(["a.png"], _folder.Files());
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("upscale")]
    [InlineData("upscale", "a.png", "-s", "0")]
    [InlineData("upscale", "a.png", "-s", "16.5")]
    [InlineData("upscale", "a.png", "-s", "NaN")]
    [InlineData("upscale", "a.png", "-s", "2", "--size", "10x10")]
    [InlineData("upscale", "a.png", "--size", "10")]
    [InlineData("upscale", "a.png", "--size", "0x10")]
    [InlineData("upscale", "a.png", "-m", "no-such-model")]
    [InlineData("upscale", "a.png", "-f", "svg")]
    [InlineData("upscale", "a.png", "-o", "b.svg")]
    [InlineData("upscale", "a.png", "-o", "")]
    [InlineData("upscale", "a.png", "-q", "101")]
    [InlineData("upscale", "a.png", "--threads", "0")]
    [InlineData("upscale", "a.png", "--frob")]
    [InlineData("upscale", "-")]
    [InlineData("upscale", "-", "-o", "-", "--json")]
    [InlineData("upscale", "a.png", "b.png", "-o", "-")]
    [InlineData("frobnicate")]
    public async Task Wrong_usage_is_one_line_that_leads_to_the_help(params string[] arguments)
    {
        // A relative name must exist to get past the check of inputs.
        var existing = arguments.Select(argument => argument == "a.png" ? AddPicture("a.png") : argument);

        var run = await CommandRun.Of([.. existing]);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Out);
        var line = Assert.Single(run.ErrorLines);
        Assert.EndsWith(arguments[0] == "upscale" ? "See enlarger upscale --help." : "See enlarger --help.", line);
    }

    private string AddPicture(string relative)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[relative])!);
        File.WriteAllBytes(_folder[relative], CommandRun.Picture(16, 12));
        return _folder[relative];
    }
}
