namespace Enlarger.Imaging;

/// <summary>A picture as it was read.</summary>
/// <param name="Image">Upright: an EXIF orientation has been applied. CMYK has become sRGB.</param>
/// <param name="Format">What the bytes were, whatever the file was called.</param>
/// <param name="Frames">How many frames or pages the file holds; the first was read.</param>
public sealed record ReadImage(PixelImage Image, ImageFormat Format, int Frames);

/// <summary>Reads pictures. The format is told by content, never by name.</summary>
public static class ImageReader
{
    /// <summary>Reads the first picture of <paramref name="source"/>, from its current position to its end.</summary>
    /// <exception cref="ImageException">No picture, not a supported one, damaged, or over a limit.</exception>
    public static ReadImage Read(Stream source, ImageLimits limits, CancellationToken cancel = default) =>
        throw new NotSupportedException();
}
