using System.Net;
using Enlarger.Tests.Serving;
using Enlarger.Tests.Storage;

namespace Enlarger.Tests.Observability;

/// <summary>What browsers ask before and with the requests of pages of other sites.</summary>
public sealed class CrossOriginTests : IAsyncLifetime
{
    private const string Page = "https://app.example";

    private RunningServer _server = null!;
    private HttpClient _client = null!;

    public static TheoryData<string, string, string, string> Routes => new()
    {
        { "POST", "/v1/upscale", "POST", "Content-Type, X-API-KEY" },
        { "GET", "/v1/credits", "GET, HEAD", "X-API-KEY" },
        { "POST", "/v1/image/tool/upscale", "POST", "Content-Type, Authorization" },
        { "POST", "/api/v1/image/upscale", "POST", "Content-Type, Authorization" },
        { "GET", "/api/v1/models", "GET, HEAD", "Authorization" },
        { "POST", "/v1/image/upscale", "POST", "Content-Type, Authorization" },
        { "POST", "/v1/image/upscale/create", "POST", "Content-Type, Authorization" },
        { "POST", "/stablecog/v1/upscale", "POST", "Content-Type, Authorization" },
        { "GET", "/stablecog/v1/credits", "GET, HEAD", "Authorization" },
        { "GET", "/v1/image/models/upscale", "GET, HEAD", "Authorization" },
        { "POST", "/api/image/enhance/image-lossless-enlargement", "POST", "Content-Type, ailabapi-api-key" },
        { "GET", "/api/common/query-credits", "GET, HEAD", "ailabapi-api-key" },
        {
            "GET", "/results/0123456789abcdef0123456789abcdef.png", "GET, HEAD",
            "Authorization, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range"
        },
    };

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(
            ("Serving:CorsOrigins:0", Page), ("Serving:CorsOrigins:1", "http://localhost:3000"));
        _client = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_preflight_names_the_methods_and_headers_of_the_route(
        string method, string path, string methods, string headers)
    {
        using var answer = await PreflightAsync(_client, Page, method, path, headers.ToLowerInvariant());

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Page, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(methods, Header(answer, "Access-Control-Allow-Methods"));
        Assert.Equal(headers, Header(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("Origin", Header(answer, "Vary"));
        Assert.Equal("", Header(answer, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_preflight_of_another_page_names_nothing(
        string method, string path, string methods, string headers)
    {
        foreach (var origin in (string[])["https://app.example.evil", "http://app.example", "null", "*"])
        {
            using var answer = await PreflightAsync(_client, origin, method, path, headers);

            Assert.DoesNotContain("Access-Control", answer.Headers.ToString(), StringComparison.Ordinal);
            Assert.Equal("Origin", Header(answer, "Vary"));
            Assert.Equal(methods, string.Join(", ", answer.Content.Headers.Allow));
        }
    }

    // The first of two vendors there, unless the page is going to send the header of the second.
    [Theory]
    [InlineData("/v1/upscale", "authorization,content-type", "Content-Type, Authorization")]
    [InlineData("/v1/upscale", "content-type, x-api-key", "Content-Type, X-API-KEY")]
    [InlineData("/v1/upscale", "authorization,x-api-key", "Content-Type, X-API-KEY")]
    [InlineData("/v1/credits", "Authorization", "Authorization")]
    [InlineData("/v1/credits", "", "X-API-KEY")]
    public async Task Of_a_path_that_two_vendors_have_the_header_of_the_key_decides(
        string path, string asked, string allowed)
    {
        using var answer = await PreflightAsync(_client, "http://localhost:3000", "POST", path, asked);

        Assert.Equal(allowed, Header(answer, "Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task Answers_refusals_and_results_can_be_read()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _server.MakeKey("me"));
        (string Method, string Path, int Status)[] requests =
        [
            ("GET", "/v1/credits", 401), ("DELETE", "/v1/credits", 405), ("GET", "/v1/none", 404),
            ("POST", "/api/v1/image/upscale", 401), ("GET", "/api/v1/models", 200), ("GET", "/api/v1/none", 404),
            ("GET", address.AbsolutePath, 200), ("GET", "/results/none.png", 404), ("PUT", "/results/none.png", 405),
        ];
        foreach (var (method, path, status) in requests)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add("Origin", Page.ToUpperInvariant());
            using var answer = await _client.SendAsync(request, Cancel);

            Assert.Equal((path, status), (path, (int)answer.StatusCode));
            Assert.Equal(Page.ToUpperInvariant(), Header(answer, "Access-Control-Allow-Origin"));
            Assert.Equal("*", Header(answer, "Access-Control-Expose-Headers"));
            Assert.Equal("Origin", Header(answer, "Vary"));
            Assert.Equal("", Header(answer, "Access-Control-Allow-Methods"));
        }
    }

    [Fact]
    public async Task A_failure_can_be_read_too()
    {
        _server.Get<Enlarger.Server.Storage.Database>().Dispose();
        foreach (var path in (string[])["/results/0123456789abcdef0123456789abcdef.png", "/v1/credits"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Origin", Page);
            request.Headers.Add("X-API-KEY", "sk_some");
            using var answer = await _client.SendAsync(request, Cancel);

            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Equal(Page, Header(answer, "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Requests_without_an_origin_get_none_and_caches_are_told()
    {
        using var answer = await _client.GetAsync(new Uri("/api/v1/models", UriKind.Relative), Cancel);

        Assert.DoesNotContain("Access-Control", answer.Headers.ToString(), StringComparison.Ordinal);
        Assert.Equal("Origin", Header(answer, "Vary"));
    }

    [Theory, InlineData("/"), InlineData("/metrics"), InlineData("/readyz"), InlineData("/none")]
    public async Task The_servers_own_pages_are_for_no_other_site(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", Page);
        using var answer = await _client.SendAsync(request, Cancel);

        Assert.DoesNotContain("Access-Control", answer.Headers.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_star_allows_every_page()
    {
        await using var server = await RunningServer.StartAsync(("Serving:CorsOrigins", "*"));
        using var client = server.Connect();

        using var answer = await PreflightAsync(client, "null", "POST", "/v1/upscale", "x-api-key");

        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("POST", Header(answer, "Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task Several_origins_fit_into_one_variable()
    {
        await using var server = await RunningServer.StartAsync(
            ("Serving:CorsOrigins", "https://a.example, https://b.example"));
        using var client = server.Connect();

        using var answer = await PreflightAsync(client, "https://b.example", "POST", "/v1/upscale", "x-api-key");

        Assert.Equal("https://b.example", Header(answer, "Access-Control-Allow-Origin"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    private static async Task<HttpResponseMessage> PreflightAsync(
        HttpClient client, string origin, string method, string path, string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await client.SendAsync(request, Cancel);
    }
}
