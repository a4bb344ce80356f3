using System.Diagnostics;

namespace Enlarger.Tests.FirstContact;

/// <summary>The <c>dotnet</c> command, and programs that it has made.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs <c>dotnet</c> in a folder and returns what it prints.</summary>
    /// <remarks>Skips the test where a package is neither in the NuGet cache nor to be had.</remarks>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder };
        // A server that stays would hold the pipes open, and the folder.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["UseSharedCompilation"] = "false";

        var (exitCode, output, error) = await RunAsync(start);

        Assert.SkipWhen(
            exitCode != 0 && output.Contains("NU1301", StringComparison.Ordinal),
            "Needs packages that are not in the NuGet cache, and a source of packages cannot be reached.");
        Assert.True(exitCode == 0, output + error);
        return output;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(ProcessStartInfo start)
    {
        var cancel = TestContext.Current.CancellationToken;
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, error);
    }
}
