using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Enlarger.Server.Observability;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Observability;

public sealed partial class ObservabilityRoutesTests : IAsyncLifetime
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
    [InlineData("POST", "/results/a.png", 405, "GET, HEAD")]
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

    [Theory]
    [InlineData("/v1/upscale", "POST")]
    [InlineData("/v1/credits", "GET, HEAD")]
    [InlineData("/healthz", "GET, HEAD")]
    [InlineData("/results/a.png", "GET, HEAD")]
    public async Task Options_say_which_methods_there_are(string path, string methods)
    {
        using var answer = await Send("OPTIONS", path);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(methods, string.Join(", ", answer.Content.Headers.Allow));
        Assert.DoesNotContain("Access-Control", answer.Headers.ToString(), StringComparison.Ordinal);
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
    public async Task A_server_that_cannot_store_results_is_not_ready_and_serves_those_that_there_are()
    {
        var address = await Storage.StoredPicture.EnlargeAsync(_client, _server.MakeKey("me"));
        var results = _server.Get<Enlarger.Server.Storage.DataFolder>().Results;
        // What lies in the way of the file that is tried out.
        Directory.CreateDirectory(Path.Combine(results, "probe.part"));
        _server.Time.Advance(TimeSpan.FromSeconds(2));

        using var ready = await Get("/readyz");
        using var result = await _client.GetAsync(address, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("Results cannot be written to the data folder.\n", await Text(ready));
        Assert.Equal(HttpStatusCode.OK, result.StatusCode);
        Directory.Delete(Path.Combine(results, "probe.part"));
        _server.Time.Advance(TimeSpan.FromSeconds(2));
        using var again = await Get("/readyz");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Single(Directory.EnumerateFiles(results));
    }

    [Theory]
    [InlineData("https://host.example/up/")]
    [InlineData("https://host.example/up")]
    public async Task All_links_are_below_the_public_address(string url)
    {
        await using var server = await RunningServer.StartAsync(("Results:PublicUrl", url));
        using var client = server.Connect();

        var html = await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancel);
        var document = await client.GetStringAsync(new Uri("/openapi/venice.json", UriKind.Relative), Cancel);
        var result = await Storage.StoredPicture.EnlargeAsync(client, server.MakeKey("me"));

        var links = Link().Matches(html).Select(match => match.Groups["link"].Value).ToList();
        Assert.Equal(8, links.Count);
        Assert.All(links, link => Assert.Matches("^https://host.example/up/[a-z]", link));
        Assert.Contains("curl -sS https://host.example/up/v1/upscale", html);
        Assert.Contains("\"url\":\"https://host.example/up\"", document);
        Assert.StartsWith("https://host.example/up/results/", result.ToString());
        // Whether the proxy removes the path or not.
        foreach (var link in links.Append(result.ToString()))
        {
            var path = new Uri(link).AbsolutePath;
            using var passedOn = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            using var removed = await client.GetAsync(new Uri(path["/up".Length..], UriKind.Relative), Cancel);
            Assert.Equal((path, HttpStatusCode.OK), (path, passedOn.StatusCode));
            Assert.Equal((path, HttpStatusCode.OK), (path, removed.StatusCode));
        }
    }

    // Machines without a battery start in 1970, or long before.
    [Theory, InlineData(1), InlineData(1904), InlineData(1969), InlineData(1970), InlineData(2107)]
    public async Task Any_time_will_do(int year)
    {
        _server.Time.Set(new DateTimeOffset(year, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var key = _server.MakeKey($"key of {year}");

        var address = await Storage.StoredPicture.EnlargeAsync(_client, key);
        using var result = await _client.GetAsync(address, Cancel);
        using var ready = await Get("/readyz");
        using var metrics = await Get("/metrics");

        Assert.All([result, ready, metrics], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.NotEmpty(Id(result));
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
            Assert.Contains($"href=\"{_server.Address.ToString().TrimEnd('/')}{path}\"", html);
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

    [GeneratedRegex("href=\"(?<link>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("<pre>(?<command>.+?)</pre>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"samples/[a-z-]+\.jpg", RegexOptions.None, 1000)]
    private static partial Regex Sample();
}
