using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Enlarger.Tests.Commands;

/// <summary>A server whose standard streams are closed, full or not read: what it says decides nothing.</summary>
public sealed class ServeStreamsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("<&- 2>/dev/null")]
    [InlineData("2>&-")]
    [InlineData("<&- 2>&-")]
    [InlineData("2> >(exec true)")]
    public async Task Messages_that_cannot_be_written_decide_nothing(string streams)
    {
        var (exitCode, output) = await RunAsync($"{streams} > {_folder["out"]}");

        Assert.Equal((0, ""), (exitCode, output));
        // The key is no message: it is the result of the first start.
        Assert.Matches("^sk_[0-9a-f]{64}\n$", File.ReadAllText(_folder["out"]));
        Assert.Contains("default", (await KeysAsync()).Out);
    }

    [Theory]
    [InlineData(">&-")]
    [InlineData("> /dev/full")]
    public async Task A_first_key_that_cannot_be_printed_is_made_by_the_next_start(string output)
    {
        var (exitCode, _) = await RunAsync($"{output} 2> {_folder["err"]}");

        Assert.Equal(0, exitCode);
        Assert.Contains("The first key could not be written to standard output", File.ReadAllText(_folder["err"]));
        Assert.DoesNotContain("default", (await KeysAsync()).Out);

        await RunAsync($"> {_folder["out"]} 2> {_folder["err"]}");
        Assert.Matches("^sk_[0-9a-f]{64}\n$", File.ReadAllText(_folder["out"]));
    }

    [Theory]
    [InlineData("> /dev/full 2> /dev/full")]
    [InlineData(">&- 2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task With_no_stream_at_all_it_still_serves(string streams)
    {
        var (exitCode, _) = await RunAsync(streams);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("default", (await KeysAsync()).Out);
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("<&- >&- 2>&-")]
    public async Task A_start_that_fails_is_exit_code_1_also_where_it_cannot_say_why(string streams)
    {
        // A file where the data folder should be.
        File.WriteAllText(_folder["data"], "");

        var run = await Program.RunAsync($"exec {streams}", "serve", "--data", _folder["data"]);

        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("<&- >&- 2>&-")]
    public async Task Wrong_usage_is_exit_code_2_also_where_it_cannot_say_why(string streams)
    {
        var run = await Program.RunAsync($"exec {streams}", "serve", "--urls", "nonsense", "--data", _folder["data"]);

        Assert.Equal(2, run.ExitCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Starts a server behind redirections of the shell, asks whether it is ready, and stops it.
    private async Task<(int ExitCode, string Output)> RunAsync(string streams)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs bash and /dev/full.");
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList =
            {
                "-c",
                $"exec \"$0\" serve --urls {address.OriginalString} --data {_folder["data"]} -m bicubic {streams}",
                Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"),
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var server = Process.Start(start)!;
        var output = server.StandardOutput.ReadToEndAsync(Cancel);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        while (!server.HasExited && !await IsReadyAsync(client))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancel);
        }

        // Requests are logged, and a log that cannot be written must not stop them.
        using var page = server.HasExited ? null : await client.GetAsync(new Uri("/", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, page?.StatusCode);
        using var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        await server.WaitForExitAsync(Cancel);
        return (server.ExitCode, await output);
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task<CommandRun> KeysAsync() => CommandRun.Of("keys", "list", "--data", _folder["data"]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
