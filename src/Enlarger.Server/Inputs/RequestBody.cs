using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Enlarger.Server.Inputs;

/// <summary>
/// The body of a request in one piece of memory, of which fields are slices: a picture is never copied on its way in.
/// </summary>
internal static class RequestBody
{
    // Most clients send all of a body before they look for an answer, and see a broken connection instead where the
    // server stops reading. As long as a body is below this, Kestrel reads on for five seconds after the answer.
    private const long DrainedBytesMax = 256 << 20;

    /// <summary>Reads as much as the route allows.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        RefuseEncoded(http);
        var limit = http.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>();
        var bytesMax = limit?.MaxRequestBodySize ?? Array.MaxLength;
        if (limit is { IsReadOnly: false })
        {
            limit.MaxRequestBodySize = Math.Max(bytesMax, DrainedBytesMax);
        }

        if (http.ContentLength > bytesMax)
        {
            throw TooLarge(bytesMax);
        }

        var room = http.HttpContext.RequestServices.GetRequiredService<BytesInFlight>()
            .Take(http.HttpContext, http.ContentLength ?? bytesMax);
        try
        {
            var body = await BoundedBytes.ReadAsync(http.Body, bytesMax, http.ContentLength, cancel)
                ?? throw TooLarge(bytesMax);
            room.Keep(body.Length);
            return body;
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException)
        {
            throw new FaultException(Fault.BodyInvalid, "The request body is cut off or malformed.", error);
        }
    }

    /// <summary>Refuses a body that is compressed; none of the imitated APIs takes one.</summary>
    public static void RefuseEncoded(HttpRequest http)
    {
        if (http.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new FaultException(
                Fault.BodyEncoded, "The request body has a Content-Encoding; send it without one.");
        }
    }

    private static FaultException TooLarge(long bytesMax) =>
        new(Fault.BodyTooLarge, $"The request body is larger than the {bytesMax} bytes that are allowed.");
}
