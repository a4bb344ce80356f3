using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Enlarger.Server.Observability;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Observability;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Finished_requests_are_counted_by_vendor_status_and_stage()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Prices:pixelcut:upscale", "3"));
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();
        var key = server.MakeKey("me");

        await UpscaleAsync(client, key, new Uri(pictures.Address, "100x80.png"));
        await UpscaleAsync(client, key, new Uri(pictures.Address, "100x80.jpg"));
        await UpscaleAsync(client, "unknown", new Uri(pictures.Address, "100x80.png"));
        var figures = await FiguresAsync(client);

        Assert.Equal(2, figures["enlarger_requests_total{vendor=\"pixelcut\",status=\"200\"}"]);
        Assert.Equal(1, figures["enlarger_requests_total{vendor=\"pixelcut\",status=\"401\"}"]);
        Assert.Equal(6, figures["enlarger_credits_spent_total{vendor=\"pixelcut\"}"]);
        Assert.Equal(2 * 200 * 160, figures["enlarger_result_pixels_total{vendor=\"pixelcut\"}"]);
        Assert.Equal(0, figures["enlarger_queue_jobs"]);
        Assert.Equal(0, figures["enlarger_queue_megapixels"]);
        Assert.Equal(0, figures["enlarger_backlog_seconds"]);
        Assert.True(figures["process_resident_memory_bytes"] > 0);
        foreach (var stage in (string[])["fetch", "queue", "decode", "infer", "encode", "overhead"])
        {
            Assert.Equal(2, figures[$"enlarger_{stage}_seconds_count"]);
            Assert.Equal(2, figures[$"enlarger_{stage}_seconds_bucket{{le=\"+Inf\"}}"]);
        }
    }

    [Fact]
    public async Task Every_line_is_of_the_text_format()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();
        using var first = await client.GetAsync(new Uri("/", UriKind.Relative), Cancel);

        using var answer = await client.GetAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(ServerMetrics.MediaType, answer.Content.Headers.ContentType?.ToString());
        Assert.EndsWith("\n", text);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        var types = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).ToList();
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        var counter = new Counter("c", "back\\slash and\nline", "label");
        counter.Add(1, "a\"b\\c\nd");
        counter.Add(0.5, "a\"b\\c\nd");

        Assert.Equal(
            "# HELP c back\\\\slash and\\nline\n# TYPE c counter\nc{label=\"a\\\"b\\\\c\\nd\"} 1.5\n", Text(counter));
    }

    [Fact]
    public void Buckets_hold_what_is_not_above_their_bound()
    {
        var histogram = new Histogram("h", "Times.");
        foreach (var milliseconds in (int[])[1, 2, 10, 999_000])
        {
            histogram.Observe(TimeSpan.FromMilliseconds(milliseconds));
        }

        var figures = Figures(Text(histogram));

        Assert.Equal(1, figures["h_bucket{le=\"0.001\"}"]);
        Assert.Equal(2, figures["h_bucket{le=\"0.0025\"}"]);
        Assert.Equal(2, figures["h_bucket{le=\"0.005\"}"]);
        Assert.Equal(3, figures["h_bucket{le=\"0.01\"}"]);
        Assert.Equal(3, figures["h_bucket{le=\"300\"}"]);
        Assert.Equal(4, figures["h_bucket{le=\"+Inf\"}"]);
        Assert.Equal(4, figures["h_count"]);
        Assert.Equal(999.013, figures["h_sum"], 9);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task UpscaleAsync(HttpClient client, string key, Uri picture)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/upscale");
        request.Headers.Add("X-API-KEY", key);
        request.Content = new StringContent(
            $$"""{"image_url": "{{picture}}", "scale": 2}""", new MediaTypeHeaderValue("application/json"));
        using var answer = await client.SendAsync(request, Cancel);
    }

    private static async Task<Dictionary<string, double>> FiguresAsync(HttpClient client) =>
        Figures(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel));

    private static Dictionary<string, double> Figures(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split(' '))
            .ToDictionary(
                words => words[0],
                words => double.Parse(words[1], CultureInfo.InvariantCulture),
                StringComparer.Ordinal);

    private static string Text(Metric metric)
    {
        using var text = new StringWriter();
        metric.WriteTo(text);
        return text.ToString();
    }

    [GeneratedRegex(
        @"^(# HELP [a-z_]+ .+\.|# TYPE [a-z_]+ (counter|gauge|histogram)"
            + @"|[a-z_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? [0-9.eE+-]+)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Line();
}
