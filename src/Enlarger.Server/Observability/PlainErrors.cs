using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;

namespace Enlarger.Server.Observability;

/// <summary>Answers to what belongs to no vendor: unknown paths, wrong methods, faults outside of any route.</summary>
internal static class PlainErrors
{
    /// <summary>Gives answers without a body theirs.</summary>
    public static Task AnswerAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsOptions(http.Request.Method)
            && http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            // Routing has written the header Allow, which is what was asked. No vendor lets browsers of other sites in.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        return WriteAsync(http, http.Response.StatusCode);
    }

    public static Task WriteAsync(HttpContext http, int status)
    {
        var words = status switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path.",
            StatusCodes.Status405MethodNotAllowed => "This path does not take this method; Allow says which.",
            StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
            < StatusCodes.Status500InternalServerError => "The request could not be read.",
            _ => "The server failed.",
        };
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new PlainError(words, http.TraceIdentifier), PlainErrorJson.Default.PlainError, null, http.RequestAborted);
    }
}

internal sealed record PlainError(string Error, string RequestId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlainError))]
internal sealed partial class PlainErrorJson : JsonSerializerContext;
