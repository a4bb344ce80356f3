using System.Net.Http.Headers;
using System.Text.Json;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Storage;

/// <summary>Makes results as a client does, through the API that has the simplest form.</summary>
internal static class StoredPicture
{
    /// <summary>How long that API's results can be fetched.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Enlarges a picture to 200x160 and returns the result's address.</summary>
    public static async Task<Uri> EnlargeAsync(HttpClient client, string key, string picture = "100x80.jpg")
    {
        using var response = await PostAsync(client, key, picture, accept: "application/json");
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return new Uri(JsonDocument.Parse(body).RootElement.GetProperty("result_url").GetString()!);
    }

    public static Task<HttpResponseMessage> PostAsync(
        HttpClient client, string key, string picture, string accept) =>
        PostAsync(client, key, TestPictures.Make(picture), accept, HttpCompletionOption.ResponseContentRead);

    public static async Task<HttpResponseMessage> PostAsync(
        HttpClient client, string key, byte[] picture, string accept, HttpCompletionOption until)
    {
        using var image = new ByteArrayContent(picture);
        image.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var scale = new StringContent("2");
        using var form = new MultipartFormDataContent { { image, "image", "picture" }, { scale, "scale" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/upscale") { Content = form };
        request.Headers.TryAddWithoutValidation("X-API-KEY", key);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, until, TestContext.Current.CancellationToken);
    }
}
