using System.Net;
using Enlarger.Imaging;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;
using Enlarger.Tests.Storage;

namespace Enlarger.Tests.Accounts;

/// <summary>How long a request counts as one of those that a key may make at once.</summary>
public sealed class ConcurrencyTests
{
    // What systems take from a server for a client that does not read.
    private const int BuffersBytesMax = 8 << 20;

    [Fact]
    public async Task A_request_is_inside_until_its_answer_has_been_sent()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();
        var key = server.MakeKey("alice", concurrentMax: 1);

        using var slow = await StoredPicture.PostAsync(
            client, key, Noise(2000, 1500), accept: "image/*", HttpCompletionOption.ResponseHeadersRead);
        using var refused = await AskAsync(client, key);
        var bytes = (await slow.Content.ReadAsByteArrayAsync(Cancel)).Length;
        // The client has its answer a moment before the server is done with it.
        var last = HttpStatusCode.TooManyRequests;
        while (last == HttpStatusCode.TooManyRequests)
        {
            using var next = await AskAsync(client, key);
            last = next.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
        Assert.True(bytes > BuffersBytesMax, $"An answer of {bytes} bytes may have been sent before it was read.");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, last);
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string key) =>
        StoredPicture.PostAsync(client, key, "64x64.png", accept: "image/*");

    // What cannot be compressed.
    private static byte[] Noise(int width, int height)
    {
        var samples = new byte[width * height * 3];
        new Random(1).NextBytes(samples);
        return Pictures.Write(new PixelImage(width, height, 3, 8, samples, metadata: null), ImageFormat.Png);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
