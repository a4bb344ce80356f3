using System.Diagnostics;

namespace Enlarger.Tests.Commands;

public sealed class InterruptTests
{
    [Theory, InlineData("-INT", 130), InlineData("-TERM", 143)]
    public async Task A_signal_ends_the_program_and_leaves_nothing_half_done(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"))
        {
            ArgumentList = { "upscale", "-", "-o", folder["new/a.png"], "-m", "bicubic" },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };

        // Its input stays open, so that it is at work until the signal comes.
        using var program = Process.Start(start)!;
        Assert.Equal("Enlarging -", await program.StandardError.ReadLineAsync(cancel));
        using var kill = Process.Start("kill", [signal, $"{program.Id}"]);
        await program.WaitForExitAsync(cancel);

        Assert.Equal(exitCode, program.ExitCode);
        Assert.Contains("0 of 1", await program.StandardError.ReadToEndAsync(cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Root));
    }
}
