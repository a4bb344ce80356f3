using Microsoft.AspNetCore.Http.Features;

namespace Enlarger.Server.Inputs;

/// <summary>
/// The body of a request in one piece of memory, of which fields are slices: a picture is never copied on its way in.
/// </summary>
internal static class RequestBody
{
    /// <summary>Reads as much as the route allows.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        var bytesMax = http.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize
            ?? Array.MaxLength;
        if (http.ContentLength > bytesMax)
        {
            throw TooLarge(bytesMax);
        }

        try
        {
            return await BoundedBytes.ReadAsync(http.Body, bytesMax, http.ContentLength, cancel)
                ?? throw TooLarge(bytesMax);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(bytesMax);
        }
        catch (IOException error)
        {
            throw new FaultException(Fault.BodyInvalid, "The request body is cut off or malformed.", error);
        }
    }

    private static FaultException TooLarge(long bytesMax) =>
        new(Fault.BodyTooLarge, $"The request body is larger than the {bytesMax} bytes that are allowed.");
}
