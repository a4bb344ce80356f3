using System.Diagnostics;
using Enlarger.Server.Commands;

namespace Enlarger.Tests.Commands;

/// <summary>Which files are read, written and left alone by what is on the command line.</summary>
public sealed class UpscalePathsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_input_is_not_overwritten_by_another_name_of_it_either()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there that users lack.");
        AddPicture("real/k.png");
        File.CreateSymbolicLink(_folder["link.png"], _folder["real/k.png"]);
        Directory.CreateSymbolicLink(_folder["other"], _folder["real"]);
        var before = File.ReadAllBytes(_folder["real/k.png"]);

        var byLink = await Upscale(_folder["link.png"], "-o", _folder["real/k.png"], "--force");
        var byFolder = await Upscale(_folder["real/k.png"], "-o", _folder["other/k.png"], "--force");

        Assert.Equal((2, 2), (byLink.ExitCode, byFolder.ExitCode));
        Assert.Contains("would be overwritten", byLink.Error);
        Assert.Contains("would be overwritten", byFolder.Error);
        Assert.Equal(before, File.ReadAllBytes(_folder["real/k.png"]));
    }

    [Fact]
    public async Task What_is_not_there_is_named_whatever_is_where_its_result_would_be()
    {
        AddPicture("out.png");

        var run = await Upscale(_folder["typo.jpg"], "-o", _folder["out.png"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("There is no file or folder", run.Error);
    }

    [Fact]
    public async Task A_pattern_does_not_mean_its_own_results()
    {
        AddPicture("a.png");
        await Upscale(_folder["*.png"]);

        var again = await Upscale(_folder["*.png"]);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Left out as results of earlier runs, by their names: 1.", again.ErrorLines);
        Assert.Equal(["a.png", "a@2x.png"], _folder.Files());
    }

    [Fact]
    public async Task Names_like_those_of_results_are_inputs_where_results_go_elsewhere()
    {
        AddPicture("in/icon@2x.png");

        var run = await Upscale(_folder["in"], "-o", _folder["out"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["out/icon@2x.png"], _folder.Files("out/"));
    }

    [Fact]
    public async Task A_folder_is_refused_as_a_result_before_the_work()
    {
        AddPicture("a.png");
        Directory.CreateDirectory(_folder["out/a.png"]);

        var below = await Upscale(_folder["a.png"], "-o", _folder["out"]);
        var existing = await Upscale("-", "-o", _folder["out"]);
        var missing = await Upscale("-", "-o", _folder["new/"]);

        Assert.All([below, existing, missing], run =>
        {
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("is a folder", Assert.Single(run.ErrorLines));
        });
    }

    [Fact]
    public async Task A_pipe_is_not_replaced_by_a_result_but_an_empty_file_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        AddPicture("a.png");
        File.WriteAllBytes(_folder["empty.png"], []);
        using var make = Process.Start("mkfifo", [_folder["pipe.png"]]);
        await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        var pipe = await Upscale(_folder["a.png"], "-o", _folder["pipe.png"], "--force");
        var device = await Upscale(_folder["a.png"], "-o", "/dev/null", "-f", "png", "--force");
        var empty = await Upscale(_folder["a.png"], "-o", _folder["empty.png"], "--force");

        Assert.Equal((2, 2, 0), (pipe.ExitCode, device.ExitCode, empty.ExitCode));
        Assert.Contains("pipe or a device", pipe.Error);
        Assert.Equal(32, CommandRun.Read(_folder["empty.png"]).Image.Width);
    }

    [Fact]
    public async Task Names_may_begin_as_options_and_files_of_arguments_do()
    {
        // Relative names are needed, and the folder of a process is shared by all of its tests.
        AddPicture("-dir/a.png");
        AddPicture("@b.png");

        var run = await Program.RunAsync(
            $"cd '{_folder.Root}'", "upscale", "-m", "bicubic", "-s", "2", "@b.png", "--", "-dir");
        var unknown = await Program.RunAsync($"cd '{_folder.Root}'", "upscale", "-frob", "--", "-dir");

        Assert.Equal((0, 2), (run.ExitCode, unknown.ExitCode));
        Assert.Equal(["-dir/a.png", "-dir/a@2x.png", "@b.png", "@b@2x.png"], _folder.Files());
    }

    [Fact]
    public async Task A_temporary_folder_that_is_missing_is_named()
    {
        AddPicture("a.png");

        var run = await Program.RunAsync(
            "export TMPDIR=/nonexistent", "upscale", _folder["a.png"], "-m", "bicubic", "-o", _folder["b.tiff"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The temporary folder /nonexistent/ cannot be used", run.Error);
        Assert.Equal(["a.png"], _folder.Files());
    }

    [Fact]
    public async Task A_result_that_cannot_be_told_of_is_a_result()
    {
        AddPicture("a.png");
        AddPicture("b.png");

        var run = await Program.RunAsync(
            "exec > /dev/full", "upscale", _folder.Root, "-m", "bicubic", "-s", "2", "--quiet");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("enlarger: Standard output cannot be written: the disk is full.", run.Error.Trim());
        Assert.Equal(["a.png", "a@2x.png", "b.png", "b@2x.png"], _folder.Files());
    }

    [Fact]
    public void A_missing_library_is_explained_by_its_own_message() =>
        Assert.Equal("libvips is missing.", Explanation.Of(new DllNotFoundException("libvips is missing.")));

    private static Task<CommandRun> Upscale(params string[] arguments) =>
        CommandRun.Of(["upscale", "-m", "bicubic", "-s", "2", .. arguments]);

    private void AddPicture(string relative)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[relative])!);
        File.WriteAllBytes(_folder[relative], CommandRun.Picture(16, 12));
    }
}
