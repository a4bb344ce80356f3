using System.Net;
using System.Text;
using System.Text.Json;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>What a vendor's paths answer to methods and paths that are not served, and to HEAD.</summary>
public sealed class VendorRouteTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _client = null!;

    // A vendor, a path of it, the methods that it takes, and the member that says what is wrong.
    public static TheoryData<string, string, string, string> Routes => new()
    {
        { "pixelcut", "/v1/upscale", "POST", "error_code" },
        { "pixelcut", "/v1/credits", "GET, HEAD", "error_code" },
        { "monica", "/v1/image/tool/upscale", "POST", "error.type" },
        { "venice", "/api/v1/image/upscale", "POST", "error" },
        { "venice", "/api/v1/models", "GET, HEAD", "error" },
        { "stablecog", "/v1/image/upscale", "POST", "description" },
        { "stablecog", "/v1/image/models/upscale", "GET, HEAD", "description" },
        { "stablecog", "/stablecog/v1/upscale", "POST", "description" },
        { "ailab", "/api/image/enhance/image-lossless-enlargement", "POST", "error_detail.code" },
        { "ailab", "/api/common/query-credits", "GET, HEAD", "error_detail.code" },
    };

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _client = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Other_methods_are_refused_in_the_words_of_the_vendor(
        string vendor, string path, string methods, string member)
    {
        foreach (var method in (string[])[methods == "POST" ? "GET" : "POST", "PUT", "DELETE", "BREW"])
        {
            using var answer = await SendAsync(method, path);

            Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
            Assert.Equal(methods, string.Join(", ", answer.Content.Headers.Allow));
            Assert.NotEmpty(Member(await answer.Content.ReadAsStringAsync(Cancel), member));
        }

        Assert.Contains(
            $"enlarger_requests_total{{vendor=\"{vendor}\",status=\"405\"}} 4\n", await MetricsAsync());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Other_paths_are_refused_in_the_words_of_the_vendor(
        string vendor, string path, string methods, string member)
    {
        var unknown = path[..path.LastIndexOf('/')] + "/no/such/path";
        using var answer = await SendAsync(methods.Split(',')[0], unknown);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.NotEmpty(Member(await answer.Content.ReadAsStringAsync(Cancel), member));
        Assert.Contains(
            $"enlarger_requests_total{{vendor=\"{vendor}\",status=\"404\"}} 1\n", await MetricsAsync());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Options_are_answered_and_counted_for_the_vendor(
        string vendor, string path, string methods, string member)
    {
        Assert.NotEmpty(member);
        using var answer = await SendAsync("OPTIONS", path);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(methods, string.Join(", ", answer.Content.Headers.Allow));
        Assert.Contains(
            $"enlarger_requests_total{{vendor=\"{vendor}\",status=\"204\"}} 1\n", await MetricsAsync());
    }

    [Theory]
    [InlineData("/v1/credits", "X-API-KEY", "")]
    [InlineData("/v1/credits", "Authorization", "Bearer ")]
    [InlineData("/stablecog/v1/credits", "Authorization", "Bearer ")]
    [InlineData("/api/v1/models", "Authorization", "Bearer ")]
    [InlineData("/v1/image/models/upscale", "Authorization", "Bearer ")]
    [InlineData("/v1/image/defaults/upscale", "Authorization", "Bearer ")]
    [InlineData("/api/common/query-credits", "ailabapi-api-key", "")]
    public async Task Head_is_get_without_the_body(string path, string header, string prefix)
    {
        var key = prefix + _server.MakeKey($"{path} {header}");
        foreach (var value in (string[])[key, key + "x"])
        {
            using var head = await SendAsync("HEAD", path, (header, value));
            using var get = await SendAsync("GET", path, (header, value));

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
            Assert.NotEmpty(await get.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Theory]
    [InlineData("/v1/upscale", "X-API-KEY", "")]
    [InlineData("/v1/image/tool/upscale", "Authorization", "Bearer ")]
    [InlineData("/api/v1/image/upscale", "Authorization", "Bearer ")]
    [InlineData("/v1/image/upscale", "Authorization", "Bearer ")]
    [InlineData("/v1/upscale", "Authorization", "Bearer ")]
    [InlineData("/api/image/enhance/image-lossless-enlargement", "ailabapi-api-key", "")]
    public async Task Compressed_bodies_are_refused_by_that_reason(string path, string header, string prefix)
    {
        var key = prefix + _server.MakeKey($"{path} {header}");
        foreach (var type in (string[])["application/json", "multipart/form-data; boundary=b"])
        {
            foreach (var encoding in (string[])["gzip", "br", "deflate", "identity, gzip", "GZIP"])
            {
                using var answer = await SendAsync("POST", path, (header, key), Body(type, encoding));

                Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
                Assert.Equal("identity", string.Join(", ", answer.Headers.GetValues("Accept-Encoding")));
                Assert.Contains(
                    "content-encoding",
                    await answer.Content.ReadAsStringAsync(Cancel),
                    StringComparison.OrdinalIgnoreCase);
            }
        }

        // The same without an encoding goes on to what is wrong with it.
        using var plain = await SendAsync("POST", path, (header, key), Body("application/json", "identity"));
        Assert.DoesNotContain(
            "content-encoding", await plain.Content.ReadAsStringAsync(Cancel), StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(HttpStatusCode.OK, plain.StatusCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ByteArrayContent Body(string type, string encoding)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes("{\"scale\": 2}"));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return body;
    }

    private static string Member(string body, string path)
    {
        var at = JsonDocument.Parse(body).RootElement;
        foreach (var name in path.Split('.'))
        {
            at = at.GetProperty(name);
        }

        return at.GetString()!;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, string path, (string Name, string Value)? header = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        if (header is { } field)
        {
            request.Headers.TryAddWithoutValidation(field.Name, field.Value);
        }

        return await _client.SendAsync(request, Cancel);
    }

    private Task<string> MetricsAsync() => _client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
}
