using Microsoft.AspNetCore.Http.Features;

namespace Enlarger.Server.Vendors;

/// <summary>A request's body that is refused where it is larger than its route takes.</summary>
/// <remarks>
/// Kestrel has such a limit too, but hangs up on whoever exceeds it. Most clients are then still sending: they report a
/// broken pipe and never see the answer. What is not read here, Kestrel takes and throws away, for some seconds.
/// </remarks>
internal sealed class BoundedBody(Stream body, long? bytesAnnounced, long bytesMax) : Stream
{
    private long _bytesRead;

    /// <summary>Bounds a request's body in place of Kestrel. Whoever asks for the limit is told this one.</summary>
    public static void Impose(HttpContext http, long bytesMax)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        http.Features.Set<IHttpMaxRequestBodySizeFeature>(new Limit { MaxRequestBodySize = bytesMax });
        http.Request.Body = new BoundedBody(http.Request.Body, http.Request.ContentLength, bytesMax);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Check(bytesAnnounced ?? 0);
        var count = await body.ReadAsync(buffer, cancellationToken);
        _bytesRead += count;
        Check(_bytesRead);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Kestrel reads asynchronously or not at all.
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Check(long bytes)
    {
        if (bytes > bytesMax)
        {
            throw new FaultException(
                Fault.BodyTooLarge, $"The request body is larger than the {bytesMax} bytes that are allowed.");
        }
    }

    private sealed class Limit : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; }
    }
}
