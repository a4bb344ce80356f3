using System.Text.Json;

namespace Enlarger.Tests.Commands;

/// <summary>The whole program over the collection of hostile files, in one run that must survive all of them.</summary>
public sealed class HostileUpscaleTests
{
    private static readonly string Folder = Repository.Path("../shared/hostile");

    // Address space, in KiB. The runtime reserves far more than it uses, so that this only stops what runs away.
    private const string Limits = "export DOTNET_GCHeapHardLimit=0x30000000; ulimit -v 8000000";

    private const long PeakBytesMax = 1_500_000_000;

    [Fact]
    public async Task Every_file_ends_as_listed_and_none_ends_the_program()
    {
        var list = TestData.Get("hostile/LIST.md");
        using var output = new TemporaryFolder();
        var expected = File.ReadLines(list)
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Where(line => line.Contains('/', StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => Path.Combine(Folder, cells[1]), cells => cells[3], StringComparer.Ordinal);

        // By name, as a folder would leave out what has no extension of a picture.
        string[] options = ["-s", "2", "--json", "--quiet", "-o", output.Root + "/", "-f", "png"];
        var run = await Program.RunAsync(Limits, ["upscale", .. expected.Keys, .. options]);

        Assert.True(run.ExitCode == 1, $"Exit code {run.ExitCode}: {run.Error}");
        Assert.InRange(run.PeakBytes, 1, PeakBytesMax);
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray();
        Assert.Equal(expected.Count, lines.Length);
        Assert.All(lines, line =>
        {
            var answer = expected[line.Input];
            var status = answer.Contains(" or ", StringComparison.Ordinal) ? line.Status
                : answer.StartsWith("REJECT", StringComparison.Ordinal) ? "failed"
                : answer.StartsWith("OK", StringComparison.Ordinal) ? "done"
                : line.Status;
            Assert.True(line.Status == status, $"{line.Input} is {line.Status}, and should be {status}: {line.Error}");
            Assert.Equal(line.Status == "failed", line.Error is not null);
        });
        Assert.Equal(
            lines.Count(line => line.Status == "done"), Directory.EnumerateFileSystemEntries(output.Root).Count());
    }

    private static (string Input, string Status, string? Error) Parse(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return (
            json.GetProperty("input").GetString()!,
            json.GetProperty("status").GetString()!,
            json.GetProperty("error").GetString());
    }
}
