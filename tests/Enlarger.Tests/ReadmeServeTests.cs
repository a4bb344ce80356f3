using System.Diagnostics;
using Enlarger.Tests.Commands;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests;

/// <summary>What the README says of serving, as a newcomer would do it.</summary>
public sealed class ReadmeServeTests
{
    private const string ReadmeAddress = "http://127.0.0.1:8080";

    // What each answer begins or ends with, in the order of the README.
    private static readonly (string Vendor, string Route, string Answer)[] Promised =
    [
        ("Pixelcut", "/v1/upscale", "^http://[^ ]+/results/[0-9a-f]+.jpg$"),
        ("AILab", "/api/image/enhance/image-lossless-enlargement", "\"url\":\"http://[^\"]+/results/[^\"]+.png\""),
        ("Venice", "/api/v1/image/upscale", "^$"),
        ("Monica", "/v1/image/tool/upscale", "^{\"image\":\"http://[^\"]+/results/[^\"]+.png\"}$"),
        ("Stablecog", "/v1/image/upscale", "\"url\":\"http://[^\"]+/results/[^\"]+.jpeg\""),
    ];

    [Fact]
    public void Has_a_command_for_each_vendor() =>
        Assert.Equal(
            Promised.Select(vendor => $"{ReadmeAddress}{vendor.Route}"),
            ReadmeCommands.Curls.Select(curl => curl[curl.IndexOf("http", StringComparison.Ordinal)..].Split(' ')[0]));

    [Fact]
    public async Task The_commands_work()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && HasCurl(), "Needs bash, grep and curl.");
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder["samples"], Repository.Path("samples"));
        var options = ReadmeCommands.Serve.Split(' ')[2..];
        await using var server = ServeProcess.Start(
            folder["data"], [.. options, "--urls", "http://127.0.0.1:0"]);
        var address = (await server.AddressAsync(Cancel)).ToString().TrimEnd('/');
        var key = await server.KeyAsync(Cancel);
        var answers = await RunAsync(folder.Root, key, address);

        Assert.All(Promised.Zip(answers), pair => Assert.Matches(pair.First.Answer, pair.Second));
        var picture = CommandRun.Read(folder["casa-mila-large.png"]);
        Assert.Equal(960, picture.Image.Width);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // In one shell, since the first command sets what the last two use. A mark parts the answers.
    private static async Task<string[]> RunAsync(string folder, string key, string address)
    {
        const string Mark = "-- 8< --";
        var commands = ReadmeCommands.Curls.Select(curl =>
            curl.Replace(ReadmeAddress, address, StringComparison.Ordinal) + $"\necho '{Mark}'\n");
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList = { "-c", "set -e -o pipefail\n" + string.Concat(commands) },
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KEY"] = key },
        };
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync(Cancel);
        var error = await shell.StandardError.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);

        Assert.Equal((0, ""), (shell.ExitCode, error));
        return [.. (await output).Split(Mark)[..^1].Select(answer => answer.Trim())];
    }

    private static bool HasCurl() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(path => File.Exists(Path.Combine(path, "curl")));
}
