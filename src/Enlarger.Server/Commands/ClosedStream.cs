namespace Enlarger.Server.Commands;

/// <summary>Stands for a standard stream that this process was started without.</summary>
internal sealed class ClosedStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new ClosedStreamException();

    public override void Write(byte[] buffer, int offset, int count) => throw new ClosedStreamException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>A standard stream is closed.</summary>
internal sealed class ClosedStreamException : IOException;
