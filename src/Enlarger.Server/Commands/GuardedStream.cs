namespace Enlarger.Server.Commands;

/// <summary>
/// Says of which stream an error of the file system comes, where several are in use at once and the exception does
/// not tell. Disposing of it leaves the stream open.
/// </summary>
/// <param name="stream">The stream that does the work.</param>
/// <param name="explain">What is thrown instead of an error of that stream.</param>
internal sealed class GuardedStream(Stream stream, Func<Exception, CommandException> explain) : Stream
{
    public override bool CanRead => stream.CanRead;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanWrite => stream.CanWrite;

    public override long Length => Guard(() => stream.Length);

    public override long Position
    {
        get => Guard(() => stream.Position);
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw explain(error);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw explain(error);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Guard(() => stream.Seek(offset, origin));

    public override void SetLength(long value) => Guard(() => stream.SetLength(value));

    public override void Flush() => Guard(stream.Flush);

    private void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw explain(error);
        }
    }
}
