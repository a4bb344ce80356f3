using System.Globalization;
using Enlarger.Server.Accounts;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>What every answer carries besides its body, errors included.</summary>
internal static class VeniceHeaders
{
    // The revision that the page on headers shows. It falls into the months of the contract that is imitated.
    private const string Version = "20250828.222653";

    private const string IgnoredWords = "x-enlarger-ignored-words";

    // Some clients and proxies refuse answers whose headers have more than 8 KiB together.
    private const int IgnoredWordsLengthMax = 1024;

    public static ValueTask<object?> SendAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.OnStarting(() =>
        {
            Write(http);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Names the words of a prompt that had no effect, percent-encoded, as far as there is room.</summary>
    public static void NameIgnoredWords(HttpResponse response, IReadOnlyList<string> words)
    {
        var room = IgnoredWordsLengthMax;
        var named = words.Select(Uri.EscapeDataString).TakeWhile(word => (room -= word.Length + 1) >= 0).ToList();
        if (named.Count > 0)
        {
            response.Headers[IgnoredWords] = string.Join(',', named);
        }
    }

    private static void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        headers["x-venice-version"] = Version;
        headers["x-venice-timestamp"] = now.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        if (http.Features.Get<RateState>() is { } rate)
        {
            headers["x-ratelimit-limit-requests"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining-requests"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset-requests"] = rate.ResetUnixSeconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
