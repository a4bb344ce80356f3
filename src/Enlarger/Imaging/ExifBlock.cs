namespace Enlarger.Imaging;

/// <summary>EXIF blocks (CIPA DC-008): the mark <c>Exif\0\0</c> and a TIFF structure.</summary>
internal static class ExifBlock
{
    private const ushort Orientation = 274;

    /// <summary>The mark that begins a block.</summary>
    public static ReadOnlySpan<byte> Mark => "Exif\0\0"u8;

    /// <summary>
    /// The block with its mark, which PNG and WebP leave out, and with orientation 1; null where it is no EXIF.
    /// </summary>
    public static byte[]? Normalise(byte[]? block)
    {
        if (block is null)
        {
            return null;
        }

        if (!block.AsSpan().StartsWith(Mark))
        {
            block = [.. Mark, .. block];
        }

        var tiff = block.AsSpan(Mark.Length);
        if (!tiff.StartsWith("II*\0"u8) && !tiff.StartsWith("MM\0*"u8))
        {
            return null;
        }

        if (TiffDirectory.Find(tiff, Orientation) is { } entry)
        {
            TiffDirectory.SetUInt16(tiff, entry, 1);
        }

        return block;
    }
}
