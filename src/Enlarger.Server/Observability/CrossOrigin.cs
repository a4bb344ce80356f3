using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Observability;

/// <summary>
/// Lets pages of other sites read answers, refusals included, where <c>Serving:CorsOrigins</c> names those sites.
/// </summary>
/// <remarks>https://fetch.spec.whatwg.org/#http-cors-protocol</remarks>
internal sealed class CrossOrigin(RequestDelegate next, IOptions<ServingSettings> settings)
{
    // Browsers ask again after this: two hours is the most that any of them remembers.
    private const string PreflightSeconds = "7200";

    private readonly HashSet<string> _origins = new(settings.Value.CorsOrigins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext http)
    {
        if (_origins.Count > 0)
        {
            // At the last moment, when the route is known, and whatever has cleared the headers is done.
            http.Response.OnStarting(() =>
            {
                Write(http);
                return Task.CompletedTask;
            });
        }

        return next(http);
    }

    private void Write(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<BrowserRoute>() is not { } route)
        {
            return;
        }

        var headers = http.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        var origin = http.Request.Headers.Origin.ToString();
        var any = _origins.Contains(ServingSettings.AnyOrigin);
        if (origin.Length == 0 || !(any || _origins.Contains(origin)))
        {
            return;
        }

        headers.AccessControlAllowOrigin = any ? ServingSettings.AnyOrigin : origin;
        // Without cookies, this stands for all headers.
        headers.AccessControlExposeHeaders = "*";
        if (HttpMethods.IsOptions(http.Request.Method)
            && http.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod)
            && http.Response.StatusCode == StatusCodes.Status204NoContent)
        {
            headers.AccessControlAllowMethods = route.Methods;
            headers.AccessControlAllowHeaders = route.Headers;
            headers.AccessControlMaxAge = PreflightSeconds;
        }
    }
}
