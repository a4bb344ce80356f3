using System.Diagnostics;

namespace Enlarger.Tests.Commands;

/// <summary>What a killed process leaves is removed by the next one, and nothing else is.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_run_leaves_nothing_for_long()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        var temporary = Directory.CreateDirectory(_folder["tmp"]).FullName;
        using (var killed = StartWriting("out/big.tiff", temporary))
        {
            var part = await PartAsync("out/");
            Assert.EndsWith(".enlarger-part", part);
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Single(_folder.Files("out/"));
        // The temporary file of TIFF has lost its name at once.
        Assert.DoesNotContain(_folder.Files("tmp/"), name => !name.Contains("clr-debug") && !name.Contains("dotnet"));

        var next = await Upscale("-o", _folder["out/small.png"]);

        Assert.Equal(0, next.ExitCode);
        Assert.Equal(["out/small.png"], _folder.Files("out/"));
    }

    [Fact]
    public async Task A_file_that_another_process_writes_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        using var writing = StartWriting("out/big.tiff", Path.GetTempPath());
        var part = await PartAsync("out/");

        var meanwhile = await Upscale("-o", _folder["out/small.png"]);

        Assert.Equal(0, meanwhile.ExitCode);
        Assert.Equal([part, "out/small.png"], _folder.Files("out/"));
        writing.Kill();
    }

    [Fact]
    public async Task Files_of_others_are_left_alone()
    {
        string[] others =
        [
            ".a.png.part", ".a.png.abcdefgh.ijk.part", ".a.png.enlarger-part", "a.png.abcdefgh.ijk.enlarger-part",
            ".a.png.ABCDEFGH.ijk.enlarger-part", ".a.png.abcdefgh.ijk.enlarger-part.txt",
        ];
        Directory.CreateDirectory(_folder["out"]);
        Array.ForEach(others, name => File.WriteAllText(_folder[$"out/{name}"], "kept"));
        File.WriteAllText(_folder["out/.a.png.abcdefgh.ij5.enlarger-part"], "a leftover");

        await Upscale("-o", _folder["out/small.png"]);

        Assert.Equal(
            others.Append("small.png").Select(name => $"out/{name}").Order(StringComparer.Ordinal),
            _folder.Files("out/"));
    }

    // A picture whose result takes a while, so that the process is met while it writes.
    private Process StartWriting(string output, string temporary)
    {
        File.WriteAllBytes(_folder["big.png"], CommandRun.Picture(1200, 900));
        return Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"))
        {
            ArgumentList = { "upscale", _folder["big.png"], "-m", "photo", "-s", "4", "-o", _folder[output] },
            Environment = { ["TMPDIR"] = temporary },
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
    }

    private async Task<string> PartAsync(string folder)
    {
        while (true)
        {
            if (Directory.Exists(_folder[folder]) && _folder.Files(folder) is [var part])
            {
                return part;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private Task<CommandRun> Upscale(params string[] arguments)
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(16, 12));
        return CommandRun.Of(["upscale", _folder["a.png"], "-m", "bicubic", "-s", "2", .. arguments]);
    }
}
