using System.Net.Http.Headers;

namespace Enlarger.Tests.Jobs;

/// <summary>Uploads pictures as a client of Pixelcut does.</summary>
internal static class PixelcutClient
{
    public static async Task<HttpResponseMessage> UpscaleAsync(
        HttpClient client, string key, byte[] picture, int scale, CancellationToken cancel, string accept = "*/*")
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/upscale");
        message.Headers.Add("X-API-KEY", key);
        message.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        message.Content = new MultipartFormDataContent
        {
            { new ByteArrayContent(picture), "image", "picture.png" },
            { new StringContent($"{scale}"), "scale" },
        };
        return await client.SendAsync(message, cancel);
    }
}
