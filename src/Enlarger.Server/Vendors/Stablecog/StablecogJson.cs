using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Enlarger.Server.Vendors.Stablecog;

internal sealed record StablecogUpscale(
    IReadOnlyList<StablecogOutput> Outputs, long RemainingCredits, StablecogSettings Settings);

internal sealed record StablecogOutput(Guid Id, Uri Url);

/// <summary>What a request came to, its defaults filled in, with the input as it was written.</summary>
internal sealed record StablecogSettings(Guid ModelId, string Input);

internal sealed record StablecogModels(IReadOnlyList<StablecogModel> Models);

internal sealed record StablecogModel(Guid Id, string Name, bool IsDefault);

internal sealed record StablecogDefaults(Guid ModelId);

internal sealed record StablecogCredits(long TotalRemainingCredits, IReadOnlyList<StablecogCredit> Credits);

internal sealed record StablecogCredit(
    string Id, long RemainingAmount, DateTime ExpiresAt, StablecogCreditType Type);

internal sealed record StablecogCreditType(Guid Id, string Name, long Amount, string Description);

internal sealed record StablecogError(
    string Error, string? Description = null, StablecogSettings? Settings = null);

[JsonSerializable(typeof(StablecogUpscale))]
[JsonSerializable(typeof(StablecogModels))]
[JsonSerializable(typeof(StablecogDefaults))]
[JsonSerializable(typeof(StablecogCredits))]
[JsonSerializable(typeof(StablecogError))]
internal sealed partial class StablecogJson : JsonSerializerContext
{
    public static StablecogJson AsGo { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>
    /// An answer byte for byte as Go's encoding/json and go-chi/render write it: no charset, a line end, and only the
    /// characters of HTML escaped.
    /// </summary>
    public static IResult Answer<T>(T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        var text = JsonSerializer.Serialize(body, type)
            .Replace("&", @"\u0026", StringComparison.Ordinal)
            .Replace("<", @"\u003c", StringComparison.Ordinal)
            .Replace(">", @"\u003e", StringComparison.Ordinal);
        return new StablecogAnswer(Encoding.UTF8.GetBytes(text + "\n"), "application/json", status);
    }
}

/// <summary>Bytes with a status, which <see cref="Results"/> has for the status 200 only.</summary>
internal sealed class StablecogAnswer(byte[] body, string contentType, int status) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = contentType;
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
