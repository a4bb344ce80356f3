namespace Enlarger.Imaging;

/// <summary>What travels with the pixels of a picture, as the blocks that its file held.</summary>
/// <param name="ColourProfile">The ICC profile that the samples are encoded in; null means sRGB or plain grey.</param>
/// <param name="Exif">The EXIF block, from its <c>Exif\0\0</c> mark on. Its orientation is 1: readers apply it.</param>
/// <param name="Xmp">The XMP packet.</param>
/// <param name="Iptc">The IPTC records, without the Photoshop wrapper that JPEG has around them.</param>
/// <param name="Density">Pixels a millimetre, across and down; null where the file does not say.</param>
public sealed record ImageMetadata(
    ReadOnlyMemory<byte>? ColourProfile = null,
    ReadOnlyMemory<byte>? Exif = null,
    ReadOnlyMemory<byte>? Xmp = null,
    ReadOnlyMemory<byte>? Iptc = null,
    PixelDensity? Density = null)
{
    /// <summary>Nothing but pixels.</summary>
    public static ImageMetadata None { get; } = new();

    /// <summary>The same without what tells of a person or a place; the colours stay right.</summary>
    public ImageMetadata Stripped() => new(ColourProfile);
}

/// <summary>Pixels a millimetre, across and down.</summary>
public sealed record PixelDensity(double Across, double Down);
