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
            if (http.Features.Get<RateState>() is { } rate)
            {
                Write(http.Response, rate);
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    private static void Write(HttpResponse response, RateState rate)
    {
        response.Headers["X-RateLimit-Limit"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Reset"] = rate.ResetUnixSeconds.ToString(CultureInfo.InvariantCulture);
    }
}
