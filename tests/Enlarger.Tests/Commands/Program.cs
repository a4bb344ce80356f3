using System.Diagnostics;
using System.Globalization;

namespace Enlarger.Tests.Commands;

/// <summary>The program as a process of its own, under limits that the shell sets.</summary>
/// <param name="ExitCode">The code that it ended with; above 128 it was killed.</param>
/// <param name="Out">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="PeakBytes">The most memory that it held at a time.</param>
internal sealed record Program(int ExitCode, string Out, string Error, long PeakBytes)
{
    /// <summary>Starts the program behind <paramref name="limits"/>, such as <c>ulimit -v 8000000</c>.</summary>
    public static async Task<Program> RunAsync(string limits, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs ulimit and /proc.");
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList =
            {
                "-c",
                limits + "; exec \"$0\" \"$@\"",
                Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"),
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var program = Process.Start(start)!;
        var output = program.StandardOutput.ReadToEndAsync(cancel);
        var error = program.StandardError.ReadToEndAsync(cancel);
        var ended = program.WaitForExitAsync(cancel);
        var peak = 0L;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, Peak(program.Id));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(20), cancel));
        }

        return new Program(program.ExitCode, await output, await error, peak);
    }

    // VmHWM is the peak since the start, so that nothing between two looks is missed.
    private static long Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
