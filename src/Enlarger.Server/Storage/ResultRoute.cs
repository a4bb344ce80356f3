using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Storage;

/// <summary><c>GET /results/NAME.EXTENSION</c>, for whoever has the address; keys are not looked at.</summary>
internal static class ResultRoute
{
    public const string Path = "/results";

    // A year: RFC 2616 asked servers for no more, and caches still go by it.
    private const long CacheSecondsMax = 365 * 24 * 60 * 60;

    public static void MapResults(this IEndpointRouteBuilder routes) =>
        routes.MapMethods($"{Path}/{{file}}", [HttpMethods.Get, HttpMethods.Head], Get);

    private static IResult Get(string file, HttpContext http, ResultLinks results, TimeProvider time)
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
        headers.CacheControl = $"private, max-age={SecondsLeft(row, time.GetUtcNow())}, immutable";
        return Results.Stream(
            result.File,
            row.MediaType,
            lastModified: DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
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
