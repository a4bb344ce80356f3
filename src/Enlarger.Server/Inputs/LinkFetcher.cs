namespace Enlarger.Server.Inputs;

/// <summary>Fetches a picture from an address that a stranger chose.</summary>
internal sealed class LinkFetcher(HttpClient http)
{
    public async Task<ReadOnlyMemory<byte>> FetchAsync(string address, long bytesMax, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new FaultException(Fault.UrlInvalid, "The image URL must begin with http:// or https://.");
        }

        try
        {
            return await http.GetByteArrayAsync(uri, cancel);
        }
        catch (HttpRequestException error)
        {
            throw new FaultException(Fault.UrlUnreachable, "The image could not be fetched from its URL.", error);
        }
    }
}
