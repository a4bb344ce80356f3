using System.Text;
using System.Text.RegularExpressions;
using Enlarger.Imaging;
using Enlarger.Tests.Imaging;

namespace Enlarger.Tests.Serving;

/// <summary>
/// An answer as a transcript shows it: status, headers, body. Addresses of results are fetched and stand as what is
/// there, <c>{{result .png: PNG 200x160}}</c>; a picture as body stands as <c>{{PNG 200x160}}</c>; ids and other things
/// that differ each time by what they are.
/// </summary>
internal static partial class TranscriptAnswer
{
    // Those that say something about the connection or the moment only. X-Request-Id is asserted instead.
    private static readonly string[] Unshown =
        ["Date", "Server", "Transfer-Encoding", "Content-Length", "X-Request-Id", "Connection"];

    public static async Task<string> DescribeAsync(
        HttpResponseMessage response, TranscriptState state, HttpClient client, CancellationToken cancel)
    {
        Assert.Single(response.Headers.GetValues("X-Request-Id"));
        var text = new StringBuilder();
        text.Append((int)response.StatusCode).Append(' ').Append(response.ReasonPhrase).Append('\n');
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => !Unshown.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
        {
            text.Append(name).Append(": ").AppendJoin(", ", values).Append('\n');
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancel);
        if (body.Length == 0)
        {
            return text.ToString().TrimEnd('\n');
        }

        text.Append('\n');
        text.Append(
            IsPicture(response)
                ? Picture(body, state)
                : await ScrubAsync(Encoding.UTF8.GetString(body), state, client));
        return text.ToString().TrimEnd('\n');
    }

    private static bool IsPicture(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.Ordinal) == true;

    private static string Picture(byte[] file, TranscriptState state)
    {
        state.Results.Add(file);
        return $"{{{{{Describe(file)}}}}}";
    }

    private static string Describe(byte[] file)
    {
        var header = ImageReader.ReadHeader(file, Pictures.Limits);
        var alpha = header.Layout.HasAlpha ? " with alpha" : "";
        return $"{header.Format.DisplayName()} {header.Layout.Width}x{header.Layout.Height}{alpha}";
    }

    private static async Task<string> ScrubAsync(string body, TranscriptState state, HttpClient client)
    {
        // What a request linked to may come back, on a port that differs each time.
        body = body.Replace(state.Pictures.Address.ToString(), "{{pictures}}/", StringComparison.Ordinal);
        foreach (var address in ResultAddress().Matches(body).Select(match => match.Value).Distinct())
        {
            var extension = Path.GetExtension(address);
            var file = await client.GetByteArrayAsync(new Uri(address));
            state.Results.Add(file);
            body = body.Replace(address, $"{{{{result {extension}: {Describe(file)}}}}}", StringComparison.Ordinal);
        }

        body = RequestId().Replace(body, "\"${name}\":\"{{request id}}\"");
        return Id().Replace(body, match =>
        {
            if (!state.Ids.Contains(match.Value))
            {
                state.Ids.Add(match.Value);
            }

            return $"{{{{id {state.Ids.IndexOf(match.Value) + 1}}}}}";
        });
    }

    [GeneratedRegex(@"http://[\w.:/-]+?/results/[\w./-]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ResultAddress();

    [GeneratedRegex("\"(?<name>request_id|log_id)\":\"[^\"]+\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RequestId();

    // Ids of version 7, which we make; others, such as those of models, are part of the contract and shown.
    [GeneratedRegex(
        "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Id();
}
