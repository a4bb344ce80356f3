using System.Net;
using System.Net.Sockets;
using System.Text;
using Enlarger.Tests.Serving;
using Microsoft.Extensions.Logging;

namespace Enlarger.Tests.Inputs;

/// <summary>Clients that go away, or say one thing and send another.</summary>
public sealed class BrokenUploadTests
{
    private const string Form = "multipart/form-data; boundary=b\r\nContent-Length: 1000";
    private const string Json = "application/json\r\nContent-Length: 1000";
    private const string ContinueLine = "HTTP/1.1 100 Continue\r\n";
    private const string Chunks = "application/json\r\nTransfer-Encoding: chunked";

    [Theory]
    [InlineData(Form, "--b\r\nContent-Dispos", false)]
    [InlineData(Form, "--b\r\nContent-Dispos", true)]
    [InlineData(Json, "{\"image_url\":", false)]
    [InlineData(Json, "{\"image_url\":", true)]
    [InlineData(Chunks, "5\r\n{\"ima", false)]
    [InlineData(Chunks, "5\r\n{\"ima", true)]
    public async Task A_client_that_leaves_in_the_middle_leaves_nothing_behind(string type, string body, bool reset)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync(("Logging:LogLevel:Default", "Warning"));
        var log = new LogBook<BrokenUploadTests>();
        server.Get<ILoggerFactory>().AddProvider(new LogBooks(log));
        var key = server.MakeKey("leaver", ratePerMinute: 1_000_000, concurrentMax: 1);
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancel);
            await SendAsync(tcp, key, type + "\r\nExpect: 100-continue", body, cancel);

            // Who is asked for the body has been admitted.
            var answer = new byte[ContinueLine.Length];
            await tcp.GetStream().ReadExactlyAsync(answer, cancel);
            Assert.Equal(ContinueLine, Encoding.ASCII.GetString(answer));
            tcp.LingerState = new LingerOption(reset, 0);
        }

        Assert.True(await BecomesFreeAsync(server, key, cancel));

        // Nothing but this, which shows that it would have been seen.
        var probe = server.Get<ILoggerFactory>().CreateLogger("Test");
        probe.Log(LogLevel.Warning, default, "seen", null, (text, _) => text);
        Assert.Equal(["seen "], log.Lines);
    }

    [Fact]
    public async Task Resets_at_any_moment_of_an_upload_are_no_errors()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync(("Logging:LogLevel:Default", "Warning"));
        var log = new LogBook<BrokenUploadTests>();
        server.Get<ILoggerFactory>().AddProvider(new LogBooks(log));
        var key = server.MakeKey("leaver", ratePerMinute: 1_000_000, concurrentMax: 200);
        for (var i = 0; i < 150; i++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancel);
            await SendAsync(tcp, key, Form + "000", new string('-', i * 997), cancel);
            if (i % 2 == 1)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
            }

            tcp.LingerState = new LingerOption(true, 0);
        }

        // Stopping waits for what is still inside.
        await server.StopAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_body_that_is_larger_than_any_picture_is_refused_before_it_is_sent()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancel);
        const string Type = "multipart/form-data; boundary=b\r\nContent-Length: 1000000000\r\nConnection: close";
        await SendAsync(tcp, server.MakeKey("large"), Type, "", cancel);

        // The connection may break behind the answer, since nobody wants the rest.
        var answer = "";
        var chunk = new byte[4096];
        while (!answer.Contains("file_size_too_large", StringComparison.Ordinal))
        {
            var count = await tcp.GetStream().ReadAsync(chunk, cancel);
            Assert.True(count > 0, answer);
            answer += Encoding.ASCII.GetString(chunk, 0, count);
        }

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_sends_too_much_gets_the_answer_and_no_broken_connection(bool chunked)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();
        client.DefaultRequestHeaders.Add("X-API-KEY", server.MakeKey("large"));
        client.DefaultRequestHeaders.TransferEncodingChunked = chunked;
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(new byte[40 << 20]), "image", "file");

        using var answer = await client.PostAsync(new Uri("/v1/upscale", UriKind.Relative), form, cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "file_size_too_large", await answer.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_that_are_none_are_refused_by_the_vendor()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancel);
        await SendAsync(tcp, server.MakeKey("odd"), Chunks + "\r\nConnection: close", "xyz\r\n", cancel);

        using var reader = new StreamReader(tcp.GetStream());
        var answer = await reader.ReadToEndAsync(cancel);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("invalid_request_body", answer, StringComparison.Ordinal);
    }

    private static async Task SendAsync(
        TcpClient tcp, string key, string type, string body, CancellationToken cancel)
    {
        var request = "POST /v1/upscale HTTP/1.1\r\nHost: x\r\n"
            + $"X-API-KEY: {key}\r\nContent-Type: {type}\r\n\r\n{body}";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancel);
    }

    // Asks until the one place that the key has is free again. It is held for good where as many answers do not see it.
    private static async Task<bool> BecomesFreeAsync(RunningServer server, string key, CancellationToken cancel)
    {
        const int AttemptsMax = 20_000;
        using var client = server.Connect();
        client.DefaultRequestHeaders.Add("X-API-KEY", key);
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            using var answer = await client.GetAsync(new Uri("/v1/credits", UriKind.Relative), cancel);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class LogBooks(LogBook<BrokenUploadTests> book) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => book;

        public void Dispose()
        {
        }
    }
}
