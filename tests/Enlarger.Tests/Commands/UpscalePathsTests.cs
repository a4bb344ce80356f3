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

    [Theory]
    [InlineData("-o /dev/stdout > result")]
    [InlineData("-o /dev/fd/1 | cat > result")]
    [InlineData("-o /dev/stderr 2>&1 > /dev/null --quiet | cat > result")]
    [InlineData("-o >(cat > result); sleep 0.5")]
    [InlineData("-o pipe.png & cat pipe.png > result; wait")]
    [InlineData("-o pipe.png --force & cat pipe.png > result; wait")]
    [InlineData("-o link.png & cat pipe.png > result; wait")]
    [InlineData("-o /dev/stdout --quiet < a.png > result", "/dev/stdin")]
    public async Task Streams_pipes_and_devices_are_written_to(string rest, string input = "a.png")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        AddPicture("a.png");

        var run = await Shell(
            $"mkfifo pipe.png; ln -s pipe.png link.png; \"$0\" upscale {input} -m bicubic -s 2 {rest}");

        Assert.Equal((0, ""), (run.ExitCode, run.Out.Replace("pipe.png\n", "").Replace("link.png\n", "")
            .Replace("/dev/fd/63\n", "")));
        Assert.Equal(32, CommandRun.Read(_folder["result"]).Image.Width);
        // Neither the pipe nor the link has become a picture.
        Assert.Equal(0, (await Shell("test -p pipe.png && test -L link.png")).ExitCode);
    }

    [Fact]
    public async Task Devices_take_results_and_empty_files_are_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        AddPicture("a.png");
        File.WriteAllBytes(_folder["empty.png"], []);

        var device = await Upscale(_folder["a.png"], "-o", "/dev/null", "-f", "png", "--force");
        var full = await Upscale(_folder["a.png"], "-o", "/dev/full");
        var skipped = await Upscale(_folder["a.png"], "-o", _folder["empty.png"]);
        var empty = await Upscale(_folder["a.png"], "-o", _folder["empty.png"], "--force");
        var several = await Upscale(_folder["a.png"], _folder["empty.png"], "-o", "/dev/null");
        var json = await Upscale(_folder["a.png"], "-o", "/dev/stdout", "--json");

        Assert.Equal(
            (0, 1, 0, 0, 2, 2),
            (device.ExitCode, full.ExitCode, skipped.ExitCode, empty.ExitCode, several.ExitCode, json.ExitCode));
        Assert.Contains("/dev/full cannot be written: the disk is full.", full.Error);
        Assert.Contains("is there already", skipped.Error);
        Assert.Equal(32, CommandRun.Read(_folder["empty.png"]).Image.Width);
    }

    [Fact]
    public async Task A_picture_from_a_pipe_needs_a_name_for_its_result()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        AddPicture("a.png");

        var named = await Shell("\"$0\" upscale <(cat a.png) -m bicubic -s 2 -o b.png");
        var nameless = await Shell("\"$0\" upscale <(cat a.png) -m bicubic -s 2");

        Assert.Equal((0, 2), (named.ExitCode, nameless.ExitCode));
        Assert.Contains("needs -o", nameless.Error);
        Assert.Equal(["a.png", "b.png"], _folder.Files());
    }

    [Fact]
    public async Task Names_that_are_not_utf8_are_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such names.");
        AddPicture("in/a.png");
        const string Bad = "$'in/b\\xff.png'";
        await Shell($"cp in/a.png {Bad}; mkdir $'in/sub\\xfe'; cp in/a.png $'in/sub\\xfe/c.png'");

        var file = await Shell($"\"$0\" upscale {Bad} -m bicubic");
        var folder = await Shell("\"$0\" upscale in -m bicubic -s 2 -o out --recursive --json");
        var pattern = await Shell("\"$0\" upscale 'in/*.png' -m bicubic -s 2 -o out2");
        var output = await Shell("\"$0\" upscale in/a.png -m bicubic -o $'b\\xff.png'");
        var compare = await Shell($"\"$0\" compare in/a.png {Bad}");
        var model = await Shell("\"$0\" upscale in/a.png -m $'m\\xff.onnx'");

        Assert.Equal(
            (1, 1, 1, 2, 1, 2),
            (file.ExitCode, folder.ExitCode, pattern.ExitCode, output.ExitCode, compare.ExitCode, model.ExitCode));
        Assert.All(
            [file, folder, pattern, output, compare, model],
            run => Assert.Contains("is not valid UTF-8", run.Error));
        // A picture and a folder were not opened; the other one is done.
        Assert.Equal(2, folder.Out.Split('\n').Count(line => line.Contains("is not valid UTF-8")));
        Assert.Equal(["out/a.png"], _folder.Files("out/"));
        Assert.Equal(["out2/a.png"], _folder.Files("out2/"));

        // .NET cannot delete what it cannot name.
        await Shell("rm -r in");
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
        Assert.Equal("libvips is missing.", ErrorMessages.Of(new DllNotFoundException("libvips is missing.")));

    // The program is $0, and the folder that of the test.
    private Task<Program> Shell(string script) =>
        Program.RunAsync($"cd '{_folder.Root}' && ({script}); exit $?", []);

    private static Task<CommandRun> Upscale(params string[] arguments) =>
        CommandRun.Of(["upscale", "-m", "bicubic", "-s", "2", .. arguments]);

    private void AddPicture(string relative)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[relative])!);
        File.WriteAllBytes(_folder[relative], CommandRun.Picture(16, 12));
    }
}
