using System.IO.Compression;
using System.Text;
using Enlarger.Server;
using Enlarger.Server.Inputs;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Inputs;

/// <summary>What other people's servers answer, and what becomes of it.</summary>
public sealed class LinkFetchTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Five_redirects_are_followed_and_no_more(int status)
    {
        await using var host = RawHost.Start(async (line, stream, cancel) =>
        {
            var left = int.Parse(line.Split(' ')[1].TrimStart('/'), System.Globalization.CultureInfo.InvariantCulture);
            await RawHost.SendAsync(
                stream,
                left == 0
                    ? "HTTP/1.1 200 OK\nContent-Length: 0"
                    : $"HTTP/1.1 {status} Elsewhere\nLocation: {left - 1}\nContent-Length: 0",
                cancel);
        });

        Assert.Empty(await Fetching.FetchPrivateAsync(new Uri(host.Address, "5")));
        var refusal = await Fetching.RefusedAsync(
            Fault.UrlUnreachable, Fetching.FetchPrivateAsync(new Uri(host.Address, "6")));

        Assert.Equal("The image URL redirects more than 5 times.", refusal.Message);
        Assert.Equal(12, host.Requests.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content")]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Length: 0")]
    [InlineData("HTTP/1.1 302 Found\nContent-Length: 0")]
    [InlineData("HTTP/1.1 304 Not Modified")]
    [InlineData("HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Negotiate\nContent-Length: 0")]
    [InlineData("HTTP/1.1 404 Not Found\nContent-Length: 0")]
    [InlineData("HTTP/1.1 500 Oops\nContent-Length: 0")]
    [InlineData("HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 10\n\nshort")]
    [InlineData("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nshort\n")]
    [InlineData("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nnot a number\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6")]
    [InlineData("")]
    public async Task Only_a_whole_answer_with_200_counts(string answer)
    {
        await using var host = RawHost.Start(answer);

        await Fetching.RefusedAsync(Fault.UrlUnreachable, Fetching.FetchPrivateAsync(host.Address));
    }

    // Some servers compress whatever they send.
    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("Identity")]
    public async Task A_compressed_answer_is_the_picture_and_not_its_code(string encoding)
    {
        var picture = TestPictures.Make("40x50.png");
        var body = Encode(picture, encoding);
        await using var host = RawHost.Start(
            $"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: {body.Length}", body);

        Assert.Equal(picture, await Fetching.FetchPrivateAsync(host.Address));
    }

    [Fact]
    public async Task A_compressed_answer_is_weighed_as_it_is_decoded()
    {
        var body = Encode(new byte[200 << 20], "gzip");
        await using var host = RawHost.Start(
            $"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {body.Length}", body);
        var settings = new InputSettings { AllowPrivateUrls = true };
        var before = GC.GetTotalAllocatedBytes();

        await Fetching.RefusedAsync(
            Fault.ImageTooLarge,
            Fetching.FetchAsync(host.Address.ToString(), settings: settings, bytesMax: 1_000_000));

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100 << 20);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    [InlineData("gzip")]
    public async Task An_encoding_that_is_not_known_or_not_kept_is_refused(string encoding)
    {
        await using var host = RawHost.Start(
            $"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: 7", [.. "picture"u8]);

        await Fetching.RefusedAsync(Fault.UrlUnreachable, Fetching.FetchPrivateAsync(host.Address));
    }

    [Fact]
    public async Task An_answer_in_chunks_or_until_the_end_is_put_together()
    {
        const string Head = "HTTP/1.1 200 OK\n";
        await using var chunked = RawHost.Start(Head + "Transfer-Encoding: chunked\n\n3\npic\n4\nture\n0");
        await using var unannounced = RawHost.Start(Head + "Connection: close", "picture"u8.ToArray());

        Assert.Equal("picture"u8.ToArray(), await Fetching.FetchPrivateAsync(chunked.Address));
        Assert.Equal("picture"u8.ToArray(), await Fetching.FetchPrivateAsync(unannounced.Address));
    }

    [Fact]
    public async Task A_file_may_be_as_large_as_allowed_and_no_larger()
    {
        var most = new byte[Fetching.BytesMax];
        await using var right = RawHost.Start($"HTTP/1.1 200 OK\nContent-Length: {most.Length}", most);
        await using var announced = RawHost.Start($"HTTP/1.1 200 OK\nContent-Length: {most.Length + 1}");
        await using var silent = RawHost.Start("HTTP/1.1 200 OK\nConnection: close", [.. most, 0]);

        Assert.Equal(most, await Fetching.FetchPrivateAsync(right.Address));
        var refusal = await Fetching.RefusedAsync(
            Fault.ImageTooLarge, Fetching.FetchPrivateAsync(announced.Address));
        Assert.Equal("The image has 100001 bytes; 100000 are allowed.", refusal.Message);
        await Fetching.RefusedAsync(Fault.ImageTooLarge, Fetching.FetchPrivateAsync(silent.Address));
    }

    [Fact]
    public async Task An_endless_body_ends_at_the_limit()
    {
        var written = 0L;
        await using var host = RawHost.Start(async (_, stream, cancel) =>
        {
            await RawHost.SendAsync(stream, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", cancel);
            var chunk = Encoding.ASCII.GetBytes("1000\r\n" + new string('a', 0x1000) + "\r\n");
            while (true)
            {
                await stream.WriteAsync(chunk, cancel);
                written += chunk.Length;
            }
        });

        await Fetching.RefusedAsync(Fault.ImageTooLarge, Fetching.FetchPrivateAsync(host.Address));

        // What is on the way when the connection is closed, and nothing that grows.
        Assert.InRange(Interlocked.Read(ref written), Fetching.BytesMax / 2, 32 << 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1000\nX: ")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1000\n\nThe start of it")]
    public async Task A_host_that_stops_in_the_middle_is_left(string start)
    {
        await using var host = RawHost.Start(async (_, stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start.ReplaceLineEndings("\r\n")), cancel);
            await Task.Delay(Timeout.Infinite, cancel);
        });

        var refusal = await Fetching.RefusedAsync(
            Fault.UrlUnreachable, Fetching.FetchPrivateAsync(host.Address, seconds: 1));

        Assert.Equal("The image URL took too long to answer.", refusal.Message);
    }

    [Fact]
    public async Task A_host_that_does_not_accept_is_unreachable()
    {
        var host = RawHost.Start("");
        var closed = host.Address;
        await host.DisposeAsync();

        await Fetching.RefusedAsync(Fault.UrlUnreachable, Fetching.FetchPrivateAsync(closed));
    }

    [Fact]
    public async Task Who_gives_up_is_not_told_that_the_host_was_slow()
    {
        using var cancel = new CancellationTokenSource();
        await using var host = RawHost.Start(async (_, _, stop) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var fetcher = new ImageDownloader(
            Microsoft.Extensions.Options.Options.Create(new InputSettings { AllowPrivateUrls = true }),
            new OutboundSockets(),
            TimeProvider.System,
            new LogBook<ImageDownloader>());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => fetcher.FetchAsync(host.Address.ToString(), Fetching.BytesMax, cancel.Token));
    }

    [Fact]
    public async Task The_server_refuses_private_addresses_unless_it_is_told_otherwise()
    {
        await using var pictures = await PictureHost.StartAsync();
        await using var guarded = await RunningServer.StartAsync(("Inputs:AllowPrivateUrls", "false"));
        await using var open = await RunningServer.StartAsync(("Inputs:AllowPrivateUrls", "true"));

        var refused = await UpscaleAsync(guarded, pictures);
        var done = await UpscaleAsync(open, pictures);

        Assert.Equal(
            """{"error":"The host of the image URL is unknown or has no public address.","""
            + "\"error_code\":\"invalid_parameter\"}",
            refused);
        Assert.StartsWith("{\"result_url\":", done, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Inputs:FetchSecondsMax", "0")]
    [InlineData("Inputs:ConnectSecondsMax", "301")]
    public async Task Settings_without_sense_stop_the_start(string key, string value) =>
        Assert.Contains(
            $"{key} must be a whole number from ",
            (await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync((key, value)))).Message);

    private static async Task<string> UpscaleAsync(RunningServer server, PictureHost pictures)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = server.Connect();
        client.DefaultRequestHeaders.Add("X-API-KEY", server.MakeKey("anybody"));
        var json = $$"""{"image_url":"{{new Uri(pictures.Address, "100x80.png")}}","scale":2}""";
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/v1/upscale", UriKind.Relative), body, cancel);
        return await answer.Content.ReadAsStringAsync(cancel);
    }

    private static byte[] Encode(byte[] bytes, string encoding)
    {
        using var encoded = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "br" => new BrotliStream(encoded, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(encoded, CompressionLevel.Fastest),
            "Identity" => new BufferedStream(encoded),
            _ => new GZipStream(encoded, CompressionLevel.Fastest),
        })
        {
            stream.Write(bytes);
        }

        return encoded.ToArray();
    }
}
