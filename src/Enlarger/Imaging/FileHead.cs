namespace Enlarger.Imaging;

/// <summary>
/// Passes a file on to <paramref name="target"/> while it is written, with another beginning: what an encoder puts
/// before the pixels is held back until it is whole, and replaced.
/// </summary>
/// <param name="target">Where the file goes; stays open.</param>
/// <param name="length">How long the beginning is; null where not enough of it has come.</param>
/// <param name="replace">Makes the new beginning of the old one.</param>
internal sealed class FileHead(Stream target, HeadLength length, HeadReplacement replace) : Stream
{
    private MemoryStream? _head = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_head is null)
        {
            target.Write(buffer);
            return;
        }

        _head.Write(buffer);
        var written = _head.GetBuffer().AsSpan(0, (int)_head.Length);
        if (length(written) is { } count)
        {
            target.Write(replace(written[..count]));
            target.Write(written[count..]);
            _head = null;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>The length of a file's beginning; null where not enough of it has come.</summary>
internal delegate int? HeadLength(ReadOnlySpan<byte> written);

/// <summary>Another beginning of a file.</summary>
internal delegate byte[] HeadReplacement(ReadOnlySpan<byte> head);
