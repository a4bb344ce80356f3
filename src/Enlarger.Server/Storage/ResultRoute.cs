using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Storage;

/// <summary><c>GET /results/NAME.EXTENSION</c>, for whoever has the address; keys are not looked at.</summary>
internal static class ResultRoute
{
    public const string Path = "/results";

    // A year: RFC 2616 asked servers for no more, and caches still go by it.
    private const long CacheSecondsMax = 365 * 24 * 60 * 60;

    // What browsers and clients send to ask for less than all, and the key that many of them send with everything.
    private static readonly BrowserRoute Browsers = new(
        "GET, HEAD", "Authorization, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range");

    public static void MapResults(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods($"{Path}/{{file}}", [HttpMethods.Get, HttpMethods.Head], Get).WithMetadata(Browsers);
        routes.Map($"{Path}/{{file}}", RefuseMethod).WithMetadata(Browsers);
    }

    // The body comes from whoever answers for all paths that belong to no vendor.
    private static void RefuseMethod(HttpResponse response)
    {
        response.Headers.Allow = Browsers.Methods;
        response.StatusCode = StatusCodes.Status405MethodNotAllowed;
    }

    private static IResult Get(string file, HttpContext http, ResultStore results, TimeProvider time)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (results.Open(file) is not { } result)
        {
            headers.CacheControl = "no-store";
            return Results.Json(
                new ResultMissing("There is no such result, or it has expired."),
                ResultJson.Default.ResultMissing,
                statusCode: StatusCodes.Status404NotFound);
        }

        var row = result.Row;
        var now = time.GetUtcNow();
        http.Response.OnStarting(() =>
        {
            // A refused range or condition says nothing of the next request.
            headers.CacheControl = http.Response.StatusCode < StatusCodes.Status400BadRequest
                ? $"private, max-age={SecondsLeft(row, now)}, immutable"
                : "no-store";
            return Task.CompletedTask;
        });
        // Last-Modified must not be later than Date (RFC 9110, section 8.8.2.1), also after the clock was set back.
        headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
        var created = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt);
        return Results.Stream(
            result.File,
            row.MediaType,
            lastModified: created < now ? created : now,
            // A name never gets another content.
            entityTag: new EntityTagHeaderValue($"\"{row.Name}\""),
            enableRangeProcessing: true);
    }

    private static long SecondsLeft(ResultRow row, DateTimeOffset now) =>
        row.ExpiresAt is { } expires
            ? Math.Clamp((expires - now.ToUnixTimeMilliseconds()) / 1000, 0, CacheSecondsMax)
            : CacheSecondsMax;
}

internal sealed record ResultMissing(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ResultMissing))]
internal sealed partial class ResultJson : JsonSerializerContext;
