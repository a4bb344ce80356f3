namespace Enlarger.Imaging;

/// <summary>
/// Passes a file on to <paramref name="target"/> while it is written, with another beginning: what an encoder puts
/// before the pixels is held back until it is whole, and replaced.
/// </summary>
/// <param name="target">Where the file goes; stays open.</param>
/// <param name="length">How long the beginning is; null where not enough of it has come.</param>
/// <param name="replace">Makes the new beginning of the old one.</param>
internal sealed class FileHead(Stream target, HeadLength length, HeadReplacement replace)
    : WriteOnlyStream(target)
{
    private MemoryStream? _head = new();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_head is null)
        {
            Target.Write(buffer);
            return;
        }

        _head.Write(buffer);
        var written = _head.GetBuffer().AsSpan(0, (int)_head.Length);
        if (length(written) is { } count)
        {
            Target.Write(replace(written[..count]));
            Target.Write(written[count..]);
            _head = null;
        }
    }
}

/// <summary>The length of a file's beginning; null where not enough of it has come.</summary>
internal delegate int? HeadLength(ReadOnlySpan<byte> written);

/// <summary>Another beginning of a file.</summary>
internal delegate byte[] HeadReplacement(ReadOnlySpan<byte> head);
