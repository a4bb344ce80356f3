using System.Diagnostics;
using Enlarger.Tests.Commands;

namespace Enlarger.Tests.Training;

/// <summary>The scripts that make the networks, and whether this program can use what they make.</summary>
public sealed class TrainingSmokeTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_network_goes_from_pictures_to_an_enlarged_picture()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await RunAsync("-c", "import torch, onnx, PIL")).ExitCode == 0,
            $"{Python} or PyTorch, ONNX or Pillow is missing: apt install python3-torch python3-onnx python3-pil.");
        using var folder = new TemporaryFolder();

        var (exitCode, log) = await RunAsync(folder.Root, "-m", "unittest");

        Assert.True(exitCode == 0, log);
        await File.WriteAllBytesAsync(
            folder["small.png"], CommandRun.Picture(40, 30), TestContext.Current.CancellationToken);
        var run = await CommandRun.Of(
            "upscale", folder["small.png"], "-o", folder["large.png"], "-s", "2", "-m", folder["smoke_x2.onnx"]);
        Assert.True(run.ExitCode == 0, run.Error);
        var large = CommandRun.Read(folder["large.png"]).Image;
        Assert.Equal((80, 60), (large.Width, large.Height));
    }

    private static Task<(int ExitCode, string Log)> RunAsync(string option, string value) =>
        RunAsync(Path.GetTempPath(), option, value);

    private static async Task<(int ExitCode, string Log)> RunAsync(string keep, string option, string value)
    {
        var start = new ProcessStartInfo(Python)
        {
            ArgumentList = { option, value },
            WorkingDirectory = Repository.Path("training"),
            UseShellExecute = false,
            RedirectStandardError = true,
            Environment =
            {
                ["KEEP_NETWORK"] = keep,
                // The other tests want the cores too.
                ["OMP_NUM_THREADS"] = "1",
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            },
        };
        using var program = Process.Start(start)!;
        var log = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (program.ExitCode, log);
    }
}
