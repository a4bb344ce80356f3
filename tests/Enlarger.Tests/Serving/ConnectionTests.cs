using System.Net;
using System.Net.Sockets;
using System.Text;
using Enlarger.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Enlarger.Tests.Serving;

/// <summary>Callers who say nothing, say it slowly, or do not listen.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Silent_connections_of_one_address_leave_room_for_others_and_are_closed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a second address of its own without setup.");
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < ConnectionGuard.ConnectionsMax; i++)
            {
                try
                {
                    silent.Add(await ConnectAsync(IPAddress.Loopback, server.Address, cancel));
                }
                catch (SocketException)
                {
                    // Beyond the share of one address.
                }
            }

            using var other = await ConnectAsync(IPAddress.Parse("127.0.0.2"), server.Address, cancel);
            await SendAsync(other, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cancel);
            Assert.StartsWith("HTTP/1.1 200", await ReadAsync(other, cancel), StringComparison.Ordinal);

            // Those within the share, too, after a while.
            Assert.Equal("", await ReadAsync(silent[0], cancel));
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Probes_are_answered_while_silent_connections_hold_all_of_the_public_address()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a second address of its own without setup.");
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync(["http://127.0.0.1:0"], []);
        var silent = new List<Socket>();
        try
        {
            // From two addresses, since one alone does not get all connections.
            for (var i = 0; i < ConnectionGuard.ConnectionsMax; i++)
            {
                var from = IPAddress.Parse(i % 2 == 0 ? "127.0.0.2" : "127.0.0.3");
                silent.Add(await ConnectAsync(from, server.Address, cancel));
            }

            using var outside = await ConnectAsync(IPAddress.Loopback, server.Address, cancel);
            Assert.Equal("", await AskAsync(outside, "/", cancel));
            foreach (var path in (string[])["/healthz", "/readyz", "/metrics"])
            {
                using var probe = await ConnectAsync(IPAddress.Loopback, server.AdminAddress, cancel);
                Assert.StartsWith("HTTP/1.1 200", await AskAsync(probe, path, cancel), StringComparison.Ordinal);
            }
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("/healthz", 404, 200)]
    [InlineData("/readyz", 404, 200)]
    [InlineData("/metrics", 404, 200)]
    [InlineData("/", 200, 404)]
    [InlineData("/openapi/venice.json", 200, 404)]
    [InlineData("/api/v1/models", 200, 404)]
    [InlineData("/v1/credits", 401, 404)]
    [InlineData("/nothing", 404, 404)]
    public async Task Addresses_for_operators_answer_probes_and_nothing_else(string path, int callers, int operators)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync(["http://127.0.0.1:0"], []);
        using var client = server.Connect();
        using var outside = await client.GetAsync(new Uri(server.Address, path), cancel);
        using var inside = await client.GetAsync(new Uri(server.AdminAddress, path), cancel);

        Assert.DoesNotContain("/metrics", await outside.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
        Assert.Equal((callers, operators), ((int)outside.StatusCode, (int)inside.StatusCode));
    }

    // A client that sends its whole body, slowly, before it looks for an answer that was there from the beginning.
    [Theory]
    [InlineData("/api/v1/image/upscale", "401")]
    [InlineData("/v1/upscale", "401")]
    public async Task A_refusal_before_the_body_was_read_arrives(string path, string status)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var client = await ConnectAsync(IPAddress.Loopback, server.Address, cancel);
        var piece = new string('x', 64 << 10);
        const int Pieces = 28;
        await SendAsync(
            client,
            $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Pieces * piece.Length}\r\nConnection: close\r\n\r\n",
            cancel);
        for (var sent = 0; sent < Pieces; sent++)
        {
            // Seven seconds in all: longer than the framework by itself reads on.
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancel);
            await SendAsync(client, piece, cancel);
        }

        Assert.StartsWith($"HTTP/1.1 {status}", await ReadAsync(client, cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_first_is_refused_without_sending_anything()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var client = await ConnectAsync(IPAddress.Loopback, server.Address, cancel);
        await SendAsync(
            client,
            "POST /v1/upscale HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
            + "Content-Length: 1000000\r\n\r\n",
            cancel);
        var answer = new byte[12];
        await new NetworkStream(client).ReadExactlyAsync(answer, cancel);

        Assert.Equal("HTTP/1.1 401", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task A_body_has_the_time_that_its_length_gives_it()
    {
        await using var server = await RunningServer.StartAsync();
        var limits = server.Get<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.Equal(32 << 10, limits.MinRequestBodyDataRate!.BytesPerSecond);
        Assert.Equal(16 << 10, limits.MinResponseDataRate!.BytesPerSecond);
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_says_so_before_it_closes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signal.");
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var server = ServeProcess.Start(folder.Root, "--urls", "http://127.0.0.1:0", "-m", "bicubic");
        var address = await server.AddressAsync(cancel);
        server.Signal("TERM");
        var answer = "";
        while (!answer.StartsWith("HTTP/1.1 503", StringComparison.Ordinal))
        {
            // A connection that is refused fails the test.
            using var client = await ConnectAsync(IPAddress.Loopback, address, cancel);
            await SendAsync(client, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cancel);
            answer = await ReadAsync(client, cancel);
        }

        Assert.Contains("The server is stopping.", answer, StringComparison.Ordinal);
        Assert.Equal(0, (await server.EndAsync(cancel)).ExitCode);
    }

    private static async Task<Socket> ConnectAsync(IPAddress from, Uri to, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, to.Port, cancel);
        return socket;
    }

    private static async Task<string> AskAsync(Socket socket, string path, CancellationToken cancel)
    {
        try
        {
            await SendAsync(socket, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cancel);
            return await ReadAsync(socket, cancel);
        }
        catch (SocketException)
        {
            // Closed before all was sent.
            return "";
        }
    }

    private static async Task SendAsync(Socket socket, string text, CancellationToken cancel)
    {
        for (ReadOnlyMemory<byte> left = Encoding.ASCII.GetBytes(text); !left.IsEmpty;)
        {
            left = left[await socket.SendAsync(left, cancel)..];
        }
    }

    // To the end of the connection; a reset is an end without a text.
    private static async Task<string> ReadAsync(Socket socket, CancellationToken cancel)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            for (var count = 1; count > 0;)
            {
                count = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }

            return text.ToString();
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
