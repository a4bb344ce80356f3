using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Enlarger.Imaging;
using Enlarger.Server.Storage;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;
using Microsoft.AspNetCore.Http;

namespace Enlarger.Tests.Storage;

/// <summary>What whoever has a result's address can do with it.</summary>
public sealed class ResultRouteTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _client = null!;
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _client = _server.Connect();
        _key = _server.MakeKey("alice");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("100x80.jpg", ".jpg", "image/jpeg")]
    [InlineData("100x80-alpha.png", ".png", "image/png")]
    public async Task A_result_is_there_as_what_it_is(string picture, string extension, string mediaType)
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key, picture);

        var response = await _client.GetAsync(address, Cancel);

        Assert.EndsWith(extension, address.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(mediaType, response.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        var file = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal(file.Length, response.Content.Headers.ContentLength);
        Assert.Equal(200, ImageReader.ReadHeader(file, Pictures.Limits).Layout.Width);
    }

    [Fact]
    public async Task Names_are_long_and_differ()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            var name = Path.GetFileNameWithoutExtension((await StoredPicture.EnlargeAsync(_client, _key)).AbsolutePath);
            Assert.Matches("^[0-9a-f]{32}$", name);
            names.Add(name);
        }

        Assert.Equal(5, names.Count);
    }

    // Kestrel lets these through. When the address of a result is made, the result is paid for already.
    [Theory]
    [InlineData("a..b")]
    [InlineData("(")]
    [InlineData("x:99999")]
    [InlineData("")]
    public async Task A_host_that_no_address_can_have_does_not_spoil_the_answer(string host)
    {
        await using var server = await RunningServer.StartAsync();
        var http = new DefaultHttpContext();
        (http.Request.Scheme, http.Request.Host) = ("http", new HostString(host));
        http.Connection.LocalIpAddress = IPAddress.Loopback;
        http.Connection.LocalPort = 8080;

        Assert.Equal("http://127.0.0.1:8080", server.Get<ResultStore>().OriginOf(http.Request));
    }

    [Fact]
    public async Task Head_says_what_get_would()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var get = await _client.GetAsync(address, Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Head, address);

        var head = await _client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(Headers(get), Headers(head));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=5-", 5, null)]
    [InlineData("bytes=-7", -7, 7)]
    public async Task A_range_is_that_part(string range, int from, int? count)
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var whole = await _client.GetByteArrayAsync(address, Cancel);
        var start = from < 0 ? whole.Length + from : from;

        var response = await SendAsync(address, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(whole.Length, response.Content.Headers.ContentRange!.Length);
        Assert.Equal(
            whole.Skip(start).Take(count ?? int.MaxValue), await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task A_range_behind_the_end_is_refused()
    {
        var response = await SendAsync(await StoredPicture.EnlargeAsync(_client, _key), ("Range", "bytes=99999999-"));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.False(response.Content.Headers.ContentRange!.HasRange);
    }

    [Theory]
    [InlineData("Range", "bytes=99999999-", 416)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-Unmodified-Since", "Thu, 01 Jan 2015 00:00:00 GMT", 412)]
    public async Task Caches_do_not_keep_what_was_refused(string header, string value, int status)
    {
        var response = await SendAsync(await StoredPicture.EnlargeAsync(_client, _key), (header, value));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(1800)]
    public async Task It_was_not_made_after_its_answer_was_sent(int secondsSet)
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        _server.Time.Set(_server.Time.GetUtcNow().AddSeconds(secondsSet));

        foreach (var response in (HttpResponseMessage[])[
            await _client.GetAsync(address, Cancel), await SendAsync(address, ("Range", "bytes=0-9"))])
        {
            Assert.True(response.Content.Headers.LastModified <= response.Headers.Date);
            Assert.InRange(
                (response.Headers.Date!.Value - _server.Time.GetUtcNow()).TotalSeconds, -1, 0);
        }
    }

    [Fact]
    public async Task Who_has_it_already_is_told_so()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var tag = (await _client.GetAsync(address, Cancel)).Headers.ETag!.ToString();

        var same = await SendAsync(address, ("If-None-Match", tag));
        var other = await SendAsync(address, ("If-None-Match", "\"other\""));
        var stale = await SendAsync(address, ("If-Range", "\"other\""), ("Range", "bytes=0-9"));

        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
    }

    [Theory]
    [InlineData("Authorization", "Bearer sk_wrong")]
    [InlineData("Authorization", "Basic !!")]
    [InlineData("X-API-KEY", "wrong")]
    public async Task A_stray_key_is_not_looked_at(string header, string value)
    {
        var response = await SendAsync(await StoredPicture.EnlargeAsync(_client, _key), (header, value));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Caches_forget_it_when_it_expires()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        _server.Time.Advance(StoredPicture.Lifetime - TimeSpan.FromSeconds(30));

        var response = await _client.GetAsync(address, Cancel);

        Assert.Equal(TimeSpan.FromSeconds(30), response.Headers.CacheControl!.MaxAge);
        Assert.True(response.Headers.CacheControl.Private);
    }

    [Fact]
    public async Task After_its_time_it_is_gone()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        _server.Time.Advance(StoredPicture.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(address, Cancel)).StatusCode);

        _server.Time.Advance(TimeSpan.FromMilliseconds(1));

        await AssertMissingAsync(await _client.GetAsync(address, Cancel));
    }

    [Fact]
    public async Task A_result_whose_file_was_lost_is_missing_and_not_an_error()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        Directory.EnumerateFiles(Path.Combine(_server.DataFolder, "results")).ToList().ForEach(File.Delete);

        await AssertMissingAsync(await _client.GetAsync(address, Cancel));
    }

    [Theory]
    [InlineData("{name}.jpeg", true)]
    [InlineData("{name}.JPG", true)]
    [InlineData("{name}.png", false)]
    [InlineData("{name}", false)]
    [InlineData("{name}.", false)]
    [InlineData("{name}.jpg.jpg", false)]
    [InlineData("{NAME}.jpg", false)]
    [InlineData("00000000000000000000000000000000.jpg", false)]
    [InlineData("..%2fenlarger.db", false)]
    [InlineData("..%2F..%2Fetc%2Fpasswd.jpg", false)]
    [InlineData("%2e%2e%2fresults%2f{name}.jpg", false)]
    [InlineData("..%5cenlarger.db", false)]
    [InlineData(".%2f{name}.jpg", false)]
    [InlineData("%25.jpg", false)]
    [InlineData("'%20or%201=1--.jpg", false)]
    [InlineData("{long}.jpg", false)]
    public async Task Only_the_name_as_it_was_given_is_one(string file, bool known)
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var name = Path.GetFileNameWithoutExtension(address.AbsolutePath);
        file = file.Replace("{name}", name, StringComparison.Ordinal)
            .Replace("{NAME}", name.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{long}", new string('a', 5000), StringComparison.Ordinal);

        // As it stands, since HttpClient would tidy the path up.
        var status = await RawGetAsync($"/results/{file}");

        Assert.Equal(known ? "200" : "404", status);
    }

    [Theory]
    [InlineData("/results")]
    [InlineData("/results/")]
    [InlineData("/results/.")]
    [InlineData("/results/../enlarger.db")]
    [InlineData("/results/a%00.jpg")]
    public async Task There_is_no_list_and_no_way_out(string path)
    {
        await StoredPicture.EnlargeAsync(_client, _key);

        // Kestrel itself refuses a path with a NUL in it.
        Assert.Equal(path.Contains("%00", StringComparison.Ordinal) ? "400" : "404", await RawGetAsync(path));
    }

    [Fact]
    public async Task A_refused_download_is_json()
    {
        await AssertMissingAsync(await _client.GetAsync(new Uri("/results/none.jpg", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task Addresses_are_where_callers_reach_the_server()
    {
        await using var server = await RunningServer.StartAsync(("Results:PublicUrl", "https://a.example/pictures/"));
        using var client = server.Connect();

        var address = await StoredPicture.EnlargeAsync(client, server.MakeKey("alice"));

        Assert.StartsWith("https://a.example/pictures/results/", address.ToString());
    }

    [Theory]
    [InlineData(null, "http://[::1]:8080/results/")]
    [InlineData("a.example:99", "http://a.example:99/results/")]
    public void Addresses_are_whole_also_for_callers_that_name_no_host(string? host, string start)
    {
        var http = new DefaultHttpContext { Request = { Scheme = "http", Host = new HostString(host ?? "") } };
        http.Connection.LocalIpAddress = IPAddress.IPv6Loopback;
        http.Connection.LocalPort = 8080;
        var file = _server.Get<ResultStore>().Create(StoredPicture.Lifetime);
        file.OpenWrite().Dispose();

        var address = _server.Get<ResultStore>().AddressOf(file.Keep(ImageFormat.Jpeg), http.Request, ".jpeg");

        Assert.Matches($"^{Regex.Escape(start)}[0-9a-f]{{32}}[.]jpeg$", address.ToString());
    }

    [Fact]
    public async Task A_public_address_that_is_none_stops_the_server()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() =>
            RunningServer.StartAsync(("Results:PublicUrl", "a.b")));

        Assert.Contains("Results:PublicUrl", error.Message);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> SendAsync(Uri address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client.SendAsync(request, Cancel);
    }

    private async Task<string> RawGetAsync(string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(_server.Address.Host, _server.Address.Port, Cancel);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Cancel);
        using var reader = new StreamReader(stream);
        return (await reader.ReadLineAsync(Cancel))!.Split(' ')[1];
    }

    private static async Task AssertMissingAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(
            """{"error":"There is no such result, or it has expired."}""",
            await response.Content.ReadAsStringAsync(Cancel));
    }

    private static IEnumerable<string> Headers(HttpResponseMessage response) =>
        response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "X-Request-ID"))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}")
            .Order(StringComparer.Ordinal);
}
