using System.Globalization;
using Enlarger.Server.Accounts;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>The headers of go-chi/httprate, which the vendor limits its callers with.</summary>
internal static class StablecogHeaders
{
    public static ValueTask<object?> SendAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.OnStarting(() =>
        {
            if (http.Features.Get<Visit>() is { } visit)
            {
                Write(http.Response, visit.Rate);
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>When to come again, for a key that has come too often.</summary>
    public static void AskToWait(HttpContext http, TimeSpan wait)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var headers = http.Response.Headers;
        headers["X-RateLimit-Remaining"] = "0";
        headers["X-RateLimit-Reset"] = UnixSeconds(now + wait);
        headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    private static void Write(HttpResponse response, RateState rate)
    {
        response.Headers["X-RateLimit-Limit"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Reset"] = UnixSeconds(rate.Reset);
    }

    private static string UnixSeconds(DateTimeOffset time) =>
        Math.Ceiling(time.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
}
