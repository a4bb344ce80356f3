namespace Enlarger.Imaging;

/// <summary>EXIF blocks (CIPA DC-008): the mark <c>Exif\0\0</c> and a TIFF structure.</summary>
internal static class ExifBlock
{
    private const ushort Orientation = 274;
    private const ushort XResolution = 282;
    private const ushort YResolution = 283;
    private const ushort ResolutionUnit = 296;
    private const int UnitCentimetre = 3;

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
        if (!TiffDirectory.IsTiff(tiff))
        {
            return null;
        }

        TiffDirectory.SetUInt16(tiff, Orientation, 1);
        return block;
    }

    /// <summary>A copy without the thumbnail, which shows the picture before it was enlarged.</summary>
    public static byte[] WithoutThumbnail(ReadOnlySpan<byte> block)
    {
        var copy = block.ToArray();
        TiffDirectory.CutAfterFirst(copy.AsSpan(Mark.Length));
        return copy;
    }

    /// <summary>The density that a normalised block tells; null where it tells none.</summary>
    public static PixelDensity? Density(ReadOnlySpan<byte> block)
    {
        var tiff = block[Mark.Length..];
        if (TiffDirectory.FindRational(tiff, XResolution) is not { } across
            || TiffDirectory.FindRational(tiff, YResolution) is not { } down
            || across <= 0 || down <= 0)
        {
            return null;
        }

        // Without a unit, EXIF means inches.
        var millimetres = TiffDirectory.FindUInt16(tiff, ResolutionUnit) == UnitCentimetre ? 10 : 25.4;
        return new PixelDensity(across / millimetres, down / millimetres);
    }
}
