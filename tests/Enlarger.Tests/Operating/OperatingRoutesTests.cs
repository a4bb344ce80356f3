using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Enlarger.Server.Operating;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Operating;

public sealed partial class OperatingRoutesTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _client = null!;

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
    [InlineData("/")]
    [InlineData("/healthz")]
    [InlineData("/metrics")]
    [InlineData("/no/such/path")]
    [InlineData("/v1/upscale")]
    [InlineData("/results/unknown.png")]
    public async Task Every_answer_has_an_id_of_its_own(string path)
    {
        var ids = new[] { await IdOf(path), await IdOf(path) };

        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id).Version));
        Assert.NotEqual(ids[0], ids[1]);
    }

    [Fact]
    public async Task No_answer_names_the_server_software()
    {
        using var answer = await Get("/healthz");

        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("GET", "/no/such/path", 404, null)]
    [InlineData("GET", "/openapi/nobody.json", 404, null)]
    [InlineData("DELETE", "/v1/credits", 405, "GET")]
    [InlineData("GET", "/v1/upscale", 405, "POST")]
    [InlineData("POST", "/healthz", 405, "GET, HEAD")]
    [InlineData("BREW", "/metrics", 405, "GET, HEAD")]
    public async Task What_is_not_there_is_refused_in_json(string method, string path, int status, string? allow)
    {
        using var answer = await Send(method, path);
        using var body = JsonDocument.Parse(await Text(answer));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(allow ?? "", string.Join(", ", answer.Content.Headers.Allow));
        Assert.NotEmpty(body.RootElement.GetProperty("error").GetString()!);
        Assert.Equal(Id(answer), body.RootElement.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Options_say_which_methods_there_are()
    {
        using var answer = await Send("OPTIONS", "/v1/upscale");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Theory, InlineData("/"), InlineData("/healthz"), InlineData("/metrics"), InlineData("/openapi/pixelcut.json")]
    public async Task Head_is_get_without_the_body(string path)
    {
        using var head = await Send("HEAD", path);
        using var get = await Get(path);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await Text(head));
        Assert.NotEmpty(await Text(get));
    }

    [Fact]
    public async Task A_server_that_listens_is_alive_and_ready()
    {
        using var health = await Get("/healthz");
        using var ready = await Get("/readyz");

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task A_server_that_cannot_write_is_not_ready_and_says_why()
    {
        _server.Get<Enlarger.Server.Storage.Database>().Dispose();

        using var ready = await Get("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("The database cannot be written.\n", await Text(ready));
    }

    [Fact]
    public async Task Whether_it_can_write_is_tried_out_every_two_seconds_at_most()
    {
        using var first = await Get("/readyz");
        _server.Get<Enlarger.Server.Storage.Database>().Dispose();

        using var second = await Get("/readyz");
        _server.Time.Advance(TimeSpan.FromSeconds(2));
        using var third = await Get("/readyz");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
    }

    [Fact]
    public async Task A_failure_that_no_vendor_answers_is_json_without_its_reason()
    {
        _server.Get<Enlarger.Server.Storage.Database>().Dispose();
        Directory.Delete(_server.DataFolder, recursive: true);

        using var answer = await Get("/results/0123456789abcdef0123456789abcdef.png");
        var body = await Text(answer);
        Directory.CreateDirectory(_server.DataFolder);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal($$"""{"error":"The server failed.","request_id":"{{Id(answer)}}"}""", body);
    }

    [Fact]
    public async Task Documents_name_this_server_and_no_other()
    {
        using var answer = await Get("/openapi/pixelcut.json");
        using var document = JsonDocument.Parse(await Text(answer));

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var server = Assert.Single(document.RootElement.GetProperty("servers").EnumerateArray());
        Assert.Equal(_server.Address.ToString().TrimEnd('/'), server.GetProperty("url").GetString());
        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty("/v1/upscale", out _));
    }

    [Fact]
    public async Task Every_vendor_has_a_document_and_the_start_page_links_to_it()
    {
        using var page = await Get("/");
        var html = await Text(page);

        foreach (var folder in Directory.EnumerateDirectories(Repository.Path("src/Enlarger.Server/Vendors")))
        {
            var path = $"/openapi/{Path.GetFileName(folder).ToLowerInvariant()}.json";
            using var answer = await Get(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains($"href=\"{path}\"", html);
        }
    }

    [Fact]
    public async Task The_start_page_says_what_runs_and_loads_nothing()
    {
        using var answer = await Get("/");
        var html = await Text(answer);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("model bicubic", html);
        Assert.Contains($"curl -sS {_server.Address}v1/upscale", html);
        Assert.DoesNotContain("{{", html);
        Assert.DoesNotContain("<script", html);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task The_start_page_shows_foreign_text_as_text()
    {
        await using var server = await RunningServer.StartAsync(("Results:PublicUrl", "https://a.example/<b>&\"'"));
        using var client = server.Connect();

        var html = await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancel);

        Assert.DoesNotContain("<b>", html);
        Assert.Contains("&lt;b&gt;&amp;&quot;&#x27;/v1/upscale", html);
    }

    [Fact]
    public async Task The_start_page_has_the_commands_of_the_readme()
    {
        var html = await _client.GetStringAsync(new Uri("/", UriKind.Relative), Cancel);
        var commands = Command().Matches(html)
            .Select(match => WebUtility.HtmlDecode(match.Groups["command"].Value))
            .Select(command => command.Replace(_server.Address.ToString(), "http://127.0.0.1:8080/"));

        var expected = ReadmeCommands.Curls
            .Select(curl => Sample().Replace(curl, "picture.jpg").Replace("casa-mila-large", "large"));
        Assert.Equal(expected, commands);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<HttpResponseMessage> Get(string path) => Send("GET", path);

    private async Task<HttpResponseMessage> Send(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await _client.SendAsync(request, Cancel);
    }

    private static Task<string> Text(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancel);

    private async Task<string> IdOf(string path)
    {
        using var answer = await Get(path);
        return Id(answer);
    }

    private static string Id(HttpResponseMessage answer) => answer.Headers.GetValues(RequestLog.IdHeader).Single();

    [GeneratedRegex("<pre>(?<command>.+?)</pre>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"samples/[a-z-]+\.jpg", RegexOptions.None, 1000)]
    private static partial Regex Sample();
}
