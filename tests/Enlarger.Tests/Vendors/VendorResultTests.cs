using System.Text.RegularExpressions;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>What the vendors' pages say about results, and a transcript cannot show.</summary>
public sealed partial class VendorResultTests
{
    private const string Pixelcut =
        """
        POST /v1/upscale
        X-API-KEY: {{key}}
        Content-Type: application/json

        {"image_url": "{{link 64x64.png}}", "scale": 2}
        """;

    private const string Monica =
        """
        POST /v1/image/tool/upscale
        Authorization: Bearer {{key}}
        Content-Type: application/json

        {"image": "{{link 64x64.png}}", "scale": 2}
        """;

    private const string AILab =
        """
        POST /api/image/enhance/image-lossless-enlargement
        ailabapi-api-key: {{key}}
        Content-Type: multipart/form-data; boundary=cut

        --cut
        Content-Disposition: form-data; name="image"; filename="picture.png"
        Content-Type: image/png

        {{picture 64x64.png}}
        --cut
        Content-Disposition: form-data; name="output_format"

        jpg
        --cut
        Content-Disposition: form-data; name="output_quality"

        QUALITY
        --cut--
        """;

    [Theory]
    [InlineData(Pixelcut, 1)]
    [InlineData(Monica, 24)]
    [InlineData(AILab, 24)]
    public async Task Results_are_there_for_as_long_as_the_page_says(string request, int hours)
    {
        await using var server = await RunningServer.StartAsync();
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();
        var state = new TranscriptState(server, pictures);
        var address = await EnlargeAsync(client, state, request.Replace("QUALITY", "95", StringComparison.Ordinal));

        server.Time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await StatusAsync(client, address));

        server.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(404, await StatusAsync(client, address));
    }

    [Fact]
    public async Task A_higher_quality_takes_more_bytes()
    {
        await using var server = await RunningServer.StartAsync();
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();
        var state = new TranscriptState(server, pictures);
        var lengths = new List<int>();
        foreach (var quality in new[] { "30", "", "100" })
        {
            var request = AILab.Replace("QUALITY", quality, StringComparison.Ordinal);
            var address = await EnlargeAsync(client, state, request);
            lengths.Add((await client.GetByteArrayAsync(address, TestContext.Current.CancellationToken)).Length);
        }

        Assert.Equal(lengths.Distinct().Order(), lengths);
    }

    private static async Task<Uri> EnlargeAsync(HttpClient client, TranscriptState state, string request)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var message = new TranscriptRequest(request.ReplaceLineEndings("\n"), state).ToMessage();
        using var response = await client.SendAsync(message, cancel);
        var answer = await response.Content.ReadAsStringAsync(cancel);
        Assert.True(response.IsSuccessStatusCode, answer);
        return new Uri(Address().Match(answer).Value);
    }

    private static async Task<int> StatusAsync(HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    [GeneratedRegex("http://[^\"]+", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
