using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Enlarger.Tests.Jobs;

/// <summary><c>enlarger serve</c> as a process of its own, to be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _talk = new();

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>Starts a server and waits until it answers on the path <paramref name="ready"/>.</summary>
    public static async Task<ServerProcess> StartAsync(string dataFolder, string ready, CancellationToken cancel)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"))
        {
            ArgumentList = { "serve", "--urls", address.OriginalString, "--data", dataFolder },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ENLARGER_Jobs__Model"] = "bicubic",
                ["ENLARGER_Jobs__Threads"] = "2",
                ["ENLARGER_Logging__LogLevel__Default"] = "Error",
            },
        };
        var server = new ServerProcess(Process.Start(start)!, address);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        while (!await server.AnswersAsync(client, ready, cancel))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
        }

        return server;
    }

    /// <summary>Kills it in the middle of whatever it does: SIGKILL, where there are signals.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync(HttpClient client, string path, CancellationToken cancel)
    {
        Assert.False(_process.HasExited, $"The server ended: {Talk()}");
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancel);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Note(string? line)
    {
        lock (_talk)
        {
            _talk.AppendLine(line);
        }
    }

    private string Talk()
    {
        lock (_talk)
        {
            return _talk.ToString();
        }
    }
}
