using System.Diagnostics;
using Enlarger.Imaging;

namespace Enlarger.Tests.Commands;

/// <summary>What the program needs of the machine, and what it does when it does not get it.</summary>
public sealed class ResourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Memory_does_not_grow_with_the_height_of_the_picture()
    {
        var (low, high) = (Save("low.jpg", 400, 300), Save("high.jpg", 400, 3000));

        var small = await Upscale(low);
        var large = await Upscale(high);

        // Ten times the height: the pixels of the picture itself are 3 MB more, those of the result would be 50.
        Assert.InRange(large.PeakBytes - small.PeakBytes, long.MinValue, 30_000_000);
    }

    [Theory, InlineData("png"), InlineData("tiff"), InlineData("jpeg"), InlineData("bmp")]
    public async Task A_full_disk_is_one_line_and_leaves_nothing(string format)
    {
        var input = Save("a.jpg", 200, 200);
        var disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        Assert.SkipUnless(
            await RunAsync("mount", "-t", "tmpfs", "-o", "size=4k", "none", disk) == 0, "Needs the right to mount.");
        try
        {
            var run = await Program.RunAsync("true", "upscale", input, "-o", disk + "/", "-f", format, "--quiet");

            Assert.Equal(1, run.ExitCode);
            Assert.Contains($"{disk}: the disk is full.", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
        }
        finally
        {
            await RunAsync("umount", disk);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return -1;
        }

        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    // Both are restored, or the choice would decide which of them runs a network more.
    private static async Task<Program> Upscale(string path)
    {
        var run = await Program.RunAsync(
            "true", "upscale", path, "-s", "4", "--restore", "--threads", "2", "--quiet");
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    private string Save(string name, int width, int height)
    {
        var path = _folder[name];
        File.WriteAllBytes(path, CommandRun.Picture(width, height, ImageFormat.Jpeg));
        return path;
    }
}
