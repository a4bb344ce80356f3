using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Inputs;

/// <summary>
/// Fetches a picture from an address that a stranger chose, without letting them reach what only this machine can.
/// </summary>
internal sealed partial class ImageDownloader : IDisposable
{
    private const int RedirectsMax = 5;

    // Signed addresses have a few thousand characters; longer request lines are refused by most servers.
    private const int AddressCharsMax = 8192;

    // The same for a name that does not exist and one that leads inside: nobody learns here which names there are.
    private const string NotPublic = "The host of the image URL is unknown or has no public address.";

    private const string NotUrl = "The image URL is not a valid http or https URL.";

    private readonly InputSettings _settings;
    private readonly OutboundSockets _sockets;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageDownloader> _log;
    private readonly HttpMessageInvoker _http;

    public ImageDownloader(
        IOptions<InputSettings> settings, OutboundSockets sockets, TimeProvider time, ILogger<ImageDownloader> log)
    {
        _settings = settings.Value;
        _sockets = sockets;
        _time = time;
        _log = log;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Everything that could follow, remember, decode or add something on its own is off.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            PreAuthenticate = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(_settings.ConnectSecondsMax),
            ConnectCallback = ConnectAsync,

            // A body that nobody wants is not read to its end.
            MaxResponseDrainSize = 0,

            // A site's connection serves its next pictures too, but not longer than its address may be trusted.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        });
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="FaultException">
    /// <see cref="Fault.UrlInvalid"/> for what may not be fetched, <see cref="Fault.UrlUnreachable"/> where the other
    /// side failed, <see cref="Fault.ImageTooLarge"/> for more than <paramref name="bytesMax"/>.
    /// </exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(string address, long bytesMax, CancellationToken cancel)
    {
        var target = Parse(address);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(_settings.FetchSecondsMax), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            return await FollowAsync(target, bytesMax, either.Token);
        }
        catch (HttpRequestException error) when (error.InnerException is FaultException refusal)
        {
            throw new FaultException(refusal.Fault, refusal.Message, error);
        }
        catch (UriFormatException error)
        {
            // That a host cannot be a name at all shows only when it is written as DNS wants it.
            throw new FaultException(Fault.UrlInvalid, NotUrl, error);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new FaultException(Fault.UrlUnreachable, "The image URL took too long to answer.", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new FaultException(Fault.UrlUnreachable, "The image could not be fetched from its URL.", error);
        }
    }

    /// <summary>Where a redirect from <paramref name="from"/> leads, if it may be followed.</summary>
    internal static Uri Next(Uri from, Uri? location)
    {
        if (location is null || !Uri.TryCreate(from, location, out var next))
        {
            throw new FaultException(Fault.UrlUnreachable, "The image URL redirects to nowhere.");
        }

        // As browsers do, and .NET's own client: who asked for a picture that nobody on the way can exchange does not
        // get another.
        if (from.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
        {
            throw new FaultException(Fault.UrlUnreachable, "The image URL redirects from https to http.");
        }

        return Check(next);
    }

    private static Uri Parse(string address) =>
        address.Length <= AddressCharsMax && Uri.TryCreate(address, UriKind.Absolute, out var target)
            ? Check(target)
            : throw new FaultException(Fault.UrlInvalid, NotUrl);

    private static Uri Check(Uri target)
    {
        if (target.Scheme != Uri.UriSchemeHttp && target.Scheme != Uri.UriSchemeHttps)
        {
            throw new FaultException(Fault.UrlInvalid, "The image URL must begin with http:// or https://.");
        }

        return target.UserInfo.Length == 0
            ? target
            : throw new FaultException(Fault.UrlInvalid, "The image URL must not contain a user name or password.");
    }

    private async Task<ReadOnlyMemory<byte>> FollowAsync(Uri target, long bytesMax, CancellationToken cancel)
    {
        for (var hop = 0; hop <= RedirectsMax; hop++)
        {
            using var request = Request(target);
            using var response = await _http.SendAsync(request, cancel);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    return await ReadAsync(response.Content, bytesMax, cancel);
                case HttpStatusCode.MovedPermanently:
                case HttpStatusCode.Found:
                case HttpStatusCode.SeeOther:
                case HttpStatusCode.TemporaryRedirect:
                case HttpStatusCode.PermanentRedirect:
                    target = Next(target, response.Headers.Location);
                    break;
                default:
                    throw new FaultException(
                        Fault.UrlUnreachable, $"The image URL answered with status {(int)response.StatusCode}.");
            }
        }

        throw new FaultException(Fault.UrlUnreachable, $"The image URL redirects more than {RedirectsMax} times.");
    }

    private static HttpRequestMessage Request(Uri target)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("Accept", "image/*, */*;q=0.8");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");

        // Some sites refuse who does not say what they are.
        request.Headers.TryAddWithoutValidation("User-Agent", "Enlarger");
        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent content, long bytesMax, CancellationToken cancel)
    {
        var announced = content.Headers.ContentLength;
        if (announced > bytesMax)
        {
            throw ImageFaults.TooLarge(announced.Value, bytesMax);
        }

        await using var stream = await content.ReadAsStreamAsync(cancel);
        if (content.Headers.ContentEncoding.Count == 0)
        {
            return await BoundedBytes.ReadAsync(stream, bytesMax, announced, cancel)
                ?? throw ImageFaults.TooLarge(bytesMax);
        }

        try
        {
            await using var decoded = Decode(stream, content.Headers.ContentEncoding);
            return await BoundedBytes.ReadAsync(decoded, bytesMax, bytesExpected: null, cancel)
                ?? throw ImageFaults.TooLarge(bytesMax);
        }
        catch (InvalidDataException error)
        {
            throw new FaultException(Fault.UrlUnreachable, "The image URL answered with damaged data.", error);
        }
    }

    // Some servers compress whatever they send, also for those who ask for it as it is. More than one encoding is none
    // that a server applies by itself.
    private static Stream Decode(Stream stream, ICollection<string> encodings)
    {
        var encoding = encodings.Count == 1 ? encodings.Single() : "";
        return encoding.ToUpperInvariant() switch
        {
            "IDENTITY" => stream,
            "GZIP" or "X-GZIP" => new GZipStream(stream, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(stream, CompressionMode.Decompress),
            "BR" => new BrotliStream(stream, CompressionMode.Decompress),
            _ => throw new FaultException(
                Fault.UrlUnreachable, "The image URL answered in an encoding that was not asked for."),
        };
    }

    // The name is looked up once, here, and the connection goes to what was checked: a second answer of its DNS server
    // is never asked for. TLS still proves the name.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await ResolveAsync(host, cancel);
        if (!_settings.AllowPrivateUrls && !Array.TrueForAll(addresses, IsForeign))
        {
            LogRefused(_log, host, "it has an address that is not public");
            throw new FaultException(Fault.UrlInvalid, NotPublic);
        }

        return await _sockets.Connect(addresses, port, cancel);
    }

    // A public address of this machine leads to services that are not meant for the public.
    private bool IsForeign(IPAddress address) => PublicAddress.Is(address) && !_sockets.IsOwn(address);

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        // Uri has brought decimal, octal and hexadecimal spellings into the usual one.
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            if (await _sockets.Resolve(host, cancel) is { Length: > 0 } addresses)
            {
                return addresses;
            }

            LogRefused(_log, host, "its name has no address");
            throw new FaultException(Fault.UrlInvalid, NotPublic);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            LogRefused(_log, host, "its name is unknown");
            throw new FaultException(Fault.UrlInvalid, NotPublic, error);
        }
    }

    [LoggerMessage(LogLevel.Information, "Fetches nothing from {Host}: {Reason}")]
    private static partial void LogRefused(ILogger log, string host, string reason);
}
