using System.Text.Json;

namespace Enlarger.Tests.Commands;

public sealed class MeasuringCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reduce_makes_a_pair_that_compare_can_measure()
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(35, 26));

        var reduce = await CommandRun.Of(
            "reduce", _folder["a.png"], "-s", "3", "-o", _folder["small.png"], "--crop-output", _folder["a3.png"]);
        var same = await CommandRun.Of("compare", _folder["a3.png"], _folder["a3.png"], "--json");

        Assert.Equal(0, reduce.ExitCode);
        Assert.Equal([_folder["small.png"]], reduce.OutLines);
        var small = CommandRun.Read(_folder["small.png"]).Image;
        var cropped = CommandRun.Read(_folder["a3.png"]).Image;
        Assert.Equal((11, 8, 33, 24), (small.Width, small.Height, cropped.Width, cropped.Height));
        var figures = JsonDocument.Parse(same.Out).RootElement;
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("psnr_y").ValueKind);
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("psnr_rgb").ValueKind);
        Assert.Equal(1, figures.GetProperty("ssim_y").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Folders_are_reduced_and_compared_picture_by_picture_and_on_the_mean()
    {
        Directory.CreateDirectory(_folder["originals"]);
        File.WriteAllBytes(_folder["originals/a.png"], CommandRun.Picture(48, 36));
        File.WriteAllBytes(_folder["originals/b.png"], CommandRun.Picture(37, 61));
        File.WriteAllText(_folder["originals/notes.txt"], "These are no pictures.");

        var reduce = await CommandRun.Of(
            "reduce", _folder["originals"], "-s", "2", "-o", _folder["small"], "--crop-output", _folder["references"]);
        await CommandRun.Of("upscale", _folder["small"], "-s", "2", "-m", "bicubic", "-o", _folder["large"]);
        var folders = await CommandRun.Of(
            "compare", _folder["references"], _folder["large"], "--crop", "2", "--json");
        var second = await CommandRun.Of(
            "compare", _folder["references/b.png"], _folder["large/b.png"], "--crop", "2", "--json");

        Assert.Equal([_folder["small/a.png"], _folder["small/b.png"]], reduce.OutLines);
        var lines = folders.OutLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["a.png", "b.png"], lines.SkipLast(1).Select(line => line.GetProperty("file").GetString()));
        var figures = lines.ConvertAll(line => line.GetProperty("psnr_y").GetDouble());
        Assert.Equal(JsonDocument.Parse(second.Out).RootElement.GetProperty("psnr_y").GetDouble(), figures[1]);
        Assert.NotEqual(figures[0], figures[1]);
        Assert.Equal((figures[0] + figures[1]) / 2, figures[2], 1e-9);
        Assert.Equal(2, lines[2].GetProperty("pictures").GetInt32());
    }

    [Fact]
    public async Task Reduce_overwrites_no_input_and_nothing_of_its_own()
    {
        Directory.CreateDirectory(_folder["originals"]);
        File.WriteAllBytes(_folder["originals/a.png"], CommandRun.Picture(48, 36));
        var before = File.ReadAllBytes(_folder["originals/a.png"]);

        foreach (var outputs in new[] { ("originals", "other"), ("other", "originals"), ("other", "other") })
        {
            var refused = await CommandRun.Of(
                "reduce", _folder["originals"], "-o", _folder[outputs.Item1], "--crop-output", _folder[outputs.Item2],
                "--force");

            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(
                outputs == ("other", "other") ? "Two results of" : "would be overwritten by its own", refused.Error);
            Assert.False(Directory.Exists(_folder["other"]));
        }

        Assert.Equal(before, File.ReadAllBytes(_folder["originals/a.png"]));
    }

    [Fact]
    public async Task Reduce_starts_nothing_where_a_result_would_go_to_another_input()
    {
        Directory.CreateDirectory(_folder["originals"]);
        Directory.CreateDirectory(_folder["small"]);
        File.WriteAllBytes(_folder["originals/a.png"], CommandRun.Picture(48, 36));
        File.WriteAllBytes(_folder["small/a.png"], CommandRun.Picture(48, 36));
        // What is read as the second picture lies where the first one goes.
        File.CreateSymbolicLink(_folder["originals/b.png"], _folder["small/a.png"]);

        var refused = await CommandRun.Of("reduce", _folder["originals"], "-o", _folder["small"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is an input", refused.Error);
        Assert.False(File.Exists(_folder["small/b.png"]));
    }

    [Fact]
    public async Task A_folder_without_pictures_and_a_picture_without_its_pair_are_named()
    {
        Directory.CreateDirectory(_folder["originals"]);
        Directory.CreateDirectory(_folder["empty"]);
        File.WriteAllBytes(_folder["originals/a.png"], CommandRun.Picture(16, 16));

        var none = await CommandRun.Of("reduce", _folder["empty"], "-o", _folder["small"]);
        var missing = await CommandRun.Of("compare", _folder["originals"], _folder["empty"]);

        Assert.Equal((1, 1), (none.ExitCode, missing.ExitCode));
        Assert.Contains(_folder["empty"], Assert.Single(none.ErrorLines));
        Assert.Contains(Path.Combine(_folder["empty"], "a.png"), Assert.Single(missing.ErrorLines));
    }

    [Fact]
    public async Task Different_sizes_are_named()
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(20, 20));
        File.WriteAllBytes(_folder["b.png"], CommandRun.Picture(20, 21));

        var run = await CommandRun.Of("compare", _folder["a.png"], _folder["b.png"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("20x20", run.Error);
        Assert.Contains("20x21", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public async Task Reduce_overwrites_only_when_told()
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(16, 16));
        File.WriteAllText(_folder["b.png"], "kept");

        var refused = await CommandRun.Of("reduce", _folder["a.png"], "-o", _folder["b.png"]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("kept", File.ReadAllText(_folder["b.png"]));
        Assert.Equal(["a.png", "b.png"], _folder.Files());

        var forced = await CommandRun.Of("reduce", _folder["a.png"], "-o", _folder["b.png"], "--force");

        Assert.Equal(0, forced.ExitCode);
        Assert.Equal(4, CommandRun.Read(_folder["b.png"]).Image.Width);
    }

    [Theory]
    [InlineData("compare", "a.png")]
    [InlineData("compare", "a.png", "b.png", "--crop", "-1")]
    [InlineData("reduce", "a.png")]
    [InlineData("reduce", "a.png", "-o", "b.png", "-s", "0")]
    [InlineData("reduce", "a.png", "-o", "b.frob")]
    [InlineData("models", "show", "no-such-model")]
    public async Task Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.ErrorLines);
    }

    [Fact]
    public async Task Models_are_listed_with_their_scales_and_shown_with_their_cards()
    {
        var list = await CommandRun.Of("models");
        var json = await CommandRun.Of("models", "list", "--json");
        var show = await CommandRun.Of("models", "show", "photo");

        Assert.Contains(list.OutLines, line => line.StartsWith("photo ", StringComparison.Ordinal));
        Assert.Contains(list.OutLines, line => line.StartsWith("bicubic ", StringComparison.Ordinal));
        Assert.Equal(
            list.OutLines.Select(line => line.Split(' ')[0]),
            json.OutLines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()));
        Assert.Equal(0, show.ExitCode);
        Assert.NotEmpty(show.Out);
    }
}
