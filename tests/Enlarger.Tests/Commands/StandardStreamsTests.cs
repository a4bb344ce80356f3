using System.Diagnostics;

namespace Enlarger.Tests.Commands;

/// <summary>
/// A message that cannot be written never decides how a command ends. A result that cannot be written is an error,
/// unless its reader has gone.
/// </summary>
public sealed class StandardStreamsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exec 2> /dev/full")]
    [InlineData("exec 2>&-")]
    [InlineData("exec < /dev/null 2>&-")]
    [InlineData("exec <&- 2>&-")]
    public async Task Messages_decide_nothing(string streams)
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(16, 12));
        string[] upscale = ["upscale", "-m", "bicubic", "-s", "2"];

        var done = await Program.RunAsync(streams, [.. upscale, _folder["a.png"]]);
        var failed = await Program.RunAsync(streams, [.. upscale, _folder["missing.png"]]);
        var wrong = await Program.RunAsync(streams, "upscale", "--frob");
        var models = await Program.RunAsync(streams, "models");
        var keys = await Program.RunAsync(streams, "keys", "list", "--data", _folder["none"]);
        var compare = await Program.RunAsync(streams, "compare", _folder["a.png"], _folder["a@2x.png"]);
        var bench = await Program.RunAsync(
            streams, "bench", "-m", "photo-fast", "--size", "16x16", "--repeat", "1", "--threads", "1");

        Assert.Equal(
            (0, 1, 2, 0, 1, 1, 0),
            (done.ExitCode, failed.ExitCode, wrong.ExitCode, models.ExitCode, keys.ExitCode, compare.ExitCode,
                bench.ExitCode));
        Assert.Equal(_folder["a@2x.png"], done.Out.Trim());
        // Nothing was written into the file that may have had the number of the stream that is closed.
        Assert.Equal(32, CommandRun.Read(_folder["a@2x.png"]).Image.Width);
        Assert.Contains("photo-fast", models.Out);
    }

    [Theory]
    [InlineData("exec > /dev/full", "the disk is full")]
    [InlineData("exec >&-", "it is closed")]
    public async Task Results_that_cannot_be_written_are_an_error(string streams, string reason)
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(16, 12));
        string[][] commands =
        [
            ["upscale", "-m", "bicubic", "-s", "2", "--quiet", _folder["a.png"]],
            ["upscale", "-m", "bicubic", "-s", "2", "--quiet", _folder["a.png"], "-o", "-"],
            ["models"],
            ["compare", _folder["a.png"], _folder["a.png"]],
            ["upscale", "--help"],
            ["keys", "add", "me", "--data", _folder["data"]],
        ];

        foreach (var command in commands)
        {
            var run = await Program.RunAsync(streams, command);
            var unheard = await Program.RunAsync(streams + " 2>&-", command);

            Assert.Equal((1, 1), (run.ExitCode, unheard.ExitCode));
            Assert.EndsWith($"Standard output cannot be written: {reason}.", run.Error.Trim());
        }

        Assert.Equal(32, CommandRun.Read(_folder["a@2x.png"]).Image.Width);
        // A key that nobody has seen was not made.
        var keys = await Program.RunAsync("true", "keys", "add", "me", "--data", _folder["data"]);
        Assert.Equal(0, keys.ExitCode);
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_no_error()
    {
        var run = await Program.RunAsync("trap '' PIPE; exec > >(true); sleep 0.2", "models");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_closed_input_is_named()
    {
        var run = await Program.RunAsync("exec <&-", "upscale", "-", "-o", _folder["a.png"], "-m", "bicubic");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Standard input cannot be read: it is closed.", run.Error);
        Assert.Empty(_folder.Files());
    }

    // util-linux brings "script", which runs a command under a pseudo-terminal.
    [Fact]
    public async Task A_terminal_shows_a_bar_and_keeps_what_was_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "Needs script of util-linux.");
        var cancel = TestContext.Current.CancellationToken;
        var picture = RealPicture.Write(_folder["a.png"], 160, 120);
        var program = Path.Combine(AppContext.BaseDirectory, "Enlarger.Server");
        var start = new ProcessStartInfo("/usr/bin/script")
        {
            ArgumentList = { "-qec", $"'{program}' upscale '{picture}' -s 2", "/dev/null" },
            Environment = { ["TERM"] = "xterm", ["COLUMNS"] = "400" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };

        using var run = Process.Start(start)!;
        var screen = await run.StandardOutput.ReadToEndAsync(cancel);
        await run.WaitForExitAsync(cancel);

        Assert.Equal(0, run.ExitCode);
        // Progress is redrawn in place, by sequences that move the cursor.
        Assert.Contains("%", screen);
        Assert.Contains("\u001b[", screen);
        // The line is broken between words where the screen is narrow.
        Assert.Matches(@"as\s+a\s+(clean|compressed|noisy|degraded)\s+(photograph|drawing)", screen);
        Assert.Contains("a@2x.png", screen);
    }
}
