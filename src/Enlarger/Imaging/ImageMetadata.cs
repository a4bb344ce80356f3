using Enlarger.Imaging.Colour;

namespace Enlarger.Imaging;

/// <summary>What travels with the pixels of a picture, as the blocks that its file held.</summary>
/// <param name="ColourProfile">The ICC profile that the samples are encoded in; null means sRGB or plain grey.</param>
/// <param name="Exif">
/// The EXIF block, from its <c>Exif\0\0</c> mark on. Its orientation is 1: readers apply it. Of a TIFF file, the tags
/// that describe the picture.
/// </param>
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
    /// <summary>
    /// What the samples mean as numbers, where the file told them; <see cref="ColourProfile"/> says the same, as far as
    /// a profile can. PNG and AVIF keep them.
    /// </summary>
    public CodePoints? CodePoints { get; init; }

    /// <summary>Nothing but pixels.</summary>
    public static ImageMetadata None { get; } = new();

    /// <summary>The chunks of a PNG file that hold texts (tEXt, zTXt, iTXt) or its time (tIME), whole.</summary>
    public ReadOnlyMemory<byte>? PngTexts { get; init; }

    /// <summary>
    /// The size of the picture that all this belongs to, so that what is told in pixels can be scaled to that of the
    /// result; null where it belongs to none, and such numbers stay. A <see cref="PixelImage"/> sets it.
    /// </summary>
    internal PixelSize? Size { get; init; }

    /// <summary>The same without what tells of a person or a place; the colours stay right.</summary>
    public ImageMetadata Stripped() => new(ColourProfile) { CodePoints = CodePoints };
}
