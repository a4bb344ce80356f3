using System.Net;
using System.Text;
using System.Text.Json;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Inputs;

/// <summary>The collection of hostile files, through the routes of the vendors.</summary>
public sealed class HostileUploadTests
{
    private static readonly string Folder = Repository.Path("../shared/hostile");

    // How a file comes in, by each route and in each way that it takes one: the file itself, or where it can be had.
    private static readonly Dictionary<string, Func<string, byte[], Uri, HttpRequestMessage>> Requests = new()
    {
        ["pixelcut form"] = (key, file, _) =>
            Form("/v1/upscale", ("X-API-KEY", key), "image", file, ("scale", "2")),
        ["pixelcut link"] = (key, _, link) =>
            Json("/v1/upscale", ("X-API-KEY", key), $$"""{"image_url":"{{link}}","scale":2}"""),
        ["monica link"] = (key, _, link) =>
            Json("/v1/image/tool/upscale", Bearer(key), $$"""{"image":"{{link}}","scale":2}"""),
        ["venice form"] = (key, file, _) =>
            Form("/api/v1/image/upscale", Bearer(key), "image", file, ("scale", "2")),
        ["venice base64"] = (key, file, _) =>
            Json("/api/v1/image/upscale", Bearer(key), $$"""{"image":"{{Convert.ToBase64String(file)}}"}"""),
        ["stablecog link"] = (key, _, link) =>
            Json("/v1/image/upscale", Bearer(key), $$"""{"input":"{{link}}"}"""),
        ["ailab form"] = (key, file, _) =>
            Form(
                "/api/image/enhance/image-lossless-enlargement",
                ("ailabapi-api-key", key),
                "image",
                file,
                ("upscale_factor", "2")),
        ["stablecog form"] = (key, file, _) => Form("/v1/image/upscale", Bearer(key), "file", file),
        ["venice enhance"] = (key, file, _) =>
            Form("/api/v1/image/upscale", Bearer(key), "image", file, ("scale", "1"), ("enhance", "true")),
        ["ailab enhancement"] = (key, file, _) =>
            Form(
                "/api/image/enhance/image-lossless-enlargement",
                ("ailabapi-api-key", key),
                "image",
                file,
                ("mode", "enhancement")),
    };

    private static (string Name, string Value) Bearer(string key) => ("Authorization", $"Bearer {key}");

    public static TheoryData<string> Routes => [.. Requests.Keys];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Every_file_becomes_a_picture_or_is_refused_by_the_vendor(string route)
    {
        TestData.Get("hostile/LIST.md");
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();
        var key = server.MakeKey("hostile", credits: 1000);
        var wrong = new List<string>();
        var done = 0;
        var file = Array.Empty<byte>();
        await using var host = RawHost.Start(async (_, stream, stop) =>
        {
            await RawHost.SendAsync(stream, $"HTTP/1.1 200 OK\nContent-Length: {file.Length}", stop);
            await stream.WriteAsync(file, stop);
        });
        foreach (var path in Directory.EnumerateFiles(Folder, "*.*", SearchOption.AllDirectories))
        {
            file = await File.ReadAllBytesAsync(path, cancel);
            using var request = Requests[route](key, file, host.Address);
            using var answer = await client.SendAsync(request, cancel);
            var body = await answer.Content.ReadAsStringAsync(cancel);
            done += answer.IsSuccessStatusCode ? 1 : 0;
            if (!answer.IsSuccessStatusCode && (int)answer.StatusCode is < 400 or >= 500)
            {
                wrong.Add($"{path}: {answer.StatusCode} {body}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(done, 20, 200);
    }

    [Theory]
    [InlineData("bomb/bomb_20000x20000_gray8.png", "resolution_too_high", "20000 x 20000")]
    [InlineData("bomb/png_header_65535_nodata.png", "resolution_too_high", "65535 x 65535")]
    [InlineData("bomb/bmp_30000x30000.bmp", "unsupported_image_format", "BMP")]
    [InlineData("bomb/gif_65535x65535.gif", "unsupported_image_format", "GIF")]
    public async Task Bombs_are_refused_by_their_header(string name, string code, string words)
    {
        var path = TestData.Get($"hostile/{name}");
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();
        var file = await File.ReadAllBytesAsync(path, cancel);
        using var request = Requests["pixelcut form"](server.MakeKey("bomber"), file, server.Address);
        using var answer = await client.SendAsync(request, cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancel));
        Assert.Equal(code, json.RootElement.GetProperty("error_code").GetString());
        Assert.Contains(words, json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Form(
        string path,
        (string Name, string Value) header,
        string field,
        byte[] file,
        params (string Name, string Value)[] others)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(file), field, "file" } };
        foreach (var (name, value) in others)
        {
            form.Add(new StringContent(value, Encoding.UTF8), name);
        }

        return Post(path, header, form);
    }

    private static HttpRequestMessage Json(string path, (string Name, string Value) header, string body) =>
        Post(path, header, new StringContent(body, Encoding.UTF8, "application/json"));

    private static HttpRequestMessage Post(string path, (string Name, string Value) header, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return request;
    }
}
