using System.Net;
using System.Net.Http.Headers;
using Enlarger.Server.Accounts;
using Enlarger.Server.Observability;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Observability;

/// <summary>The log as a person sees it: on standard error of a process.</summary>
public sealed class RequestLogTests
{
    [Fact]
    public async Task A_request_is_one_line_with_sizes_and_times_and_without_secrets()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        using var folder = new TemporaryFolder();
        await using var pictures = await PictureHost.StartAsync();
        await using var server = ServeProcess.Start(
            folder["data"], "--urls", "http://127.0.0.1:0", "-m", "bicubic", "--allow-private-urls");
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };
        var key = await server.KeyAsync(Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/upscale?token=secret");
        request.Headers.Add("X-API-KEY", key);
        request.Content = new StringContent(
            $$"""{"image_url": "{{pictures.Address}}100x80.png?signature=secret", "scale": 2}""",
            new MediaTypeHeaderValue("application/json"));

        using var answer = await client.SendAsync(request, Cancel);
        var result = await answer.Content.ReadAsStringAsync(Cancel);
        using var probe = await client.GetAsync(new Uri("/healthz", UriKind.Relative), Cancel);
        using var missing = await client.GetAsync(new Uri("/secret%0Aforged", UriKind.Relative), Cancel);
        server.Signal("TERM");
        await server.EndAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var id = answer.Headers.GetValues(RequestLog.IdHeader).Single();
        var line = Assert.Single(server.Error.Split('\n'), line => line.Contains(id));
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info [0-9a-f-]{36} pixelcut POST /v1/upscale key=default "
            + @"status=200 upscale 100x80->200x160 bytes=\d+->\d+ credits=1 fetch=[\d.]+ms queue=[\d.]+ms "
            + @"decode=[\d.]+ms infer=[\d.]+ms encode=[\d.]+ms total=[\d.]+ms$",
            line);
        Assert.Contains("none GET (no such route) key=- status=404", server.Error);
        Assert.DoesNotContain("secret", server.Error);
        Assert.DoesNotContain("healthz", server.Error);
        Assert.DoesNotContain(Path.GetFileName(result.TrimEnd('"', '}')), server.Error);
    }

    [Fact]
    public async Task Who_comes_too_often_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        using var folder = new TemporaryFolder();
        var key = "";
        using (var database = new Database(new DataFolder(folder["data"])))
        {
            key = new KeyRing(database, TimeProvider.System).Add("hasty", 1, ratePerMinute: 1, concurrentMax: 1);
        }

        await using var server = ServeProcess.Start(folder["data"], "--urls", "http://127.0.0.1:0", "-m", "bicubic");
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };
        client.DefaultRequestHeaders.Add("X-API-KEY", key);
        using var first = await client.GetAsync(new Uri("/v1/credits", UriKind.Relative), Cancel);
        using var second = await client.GetAsync(new Uri("/v1/credits", UriKind.Relative), Cancel);
        server.Signal("TERM");
        await server.EndAsync(Cancel);

        Assert.Contains("key=hasty status=200", server.Error);
        Assert.Contains("key=hasty status=429", server.Error);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
