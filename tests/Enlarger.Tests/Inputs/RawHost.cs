using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Enlarger.Tests.Inputs;

/// <summary>A host that answers in bytes of its own, so that it can break the rules of HTTP.</summary>
internal sealed class RawHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _serving;

    private RawHost(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>The heads of the requests so far.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <param name="answer">Gets the request's first line and the connection, which is closed afterwards.</param>
    public static RawHost Start(Func<string, Stream, CancellationToken, Task> answer) => new(answer);

    /// <summary>A host that sends the same to everybody. Line ends become those of HTTP.</summary>
    public static RawHost Start(string head, byte[]? body = null) =>
        Start(async (_, stream, cancel) =>
        {
            await SendAsync(stream, head, cancel);
            await stream.WriteAsync(body ?? [], cancel);
        });

    public static async Task SendAsync(Stream stream, string head, CancellationToken cancel) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), cancel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeOneAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeOneAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = await ReadHeadAsync(stream);
                if (head.Length > 0)
                {
                    _requests.Enqueue(head);
                    await _answer(head.Split("\r\n")[0], stream, _stop.Token);
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The other side has gone, or the test is over.
            }
        }
    }

    private async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var bytes = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(bytes, _stop.Token) == 0)
            {
                return "";
            }

            head.Append((char)bytes[0]);
        }

        return head.ToString();
    }
}
