using System.Text.Json;

namespace Enlarger.Server.Inputs;

/// <summary>A JSON body, of which each vendor checks every member itself, in its own words.</summary>
internal static class JsonBody
{
    /// <summary>Reads an object. Dispose the document with the request.</summary>
    public static async Task<JsonDocument> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(http.Body, default, cancel);
        }
        catch (JsonException error)
        {
            throw new FaultException(Fault.BodyInvalid, "The request body is not valid JSON.", error);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new FaultException(Fault.BodyInvalid, "The request body must be a JSON object.");
    }
}
