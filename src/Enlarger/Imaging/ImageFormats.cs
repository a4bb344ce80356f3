namespace Enlarger.Imaging;

/// <summary>Names, media types and abilities of the formats.</summary>
public static class ImageFormats
{
    /// <summary>All formats, in the order to show them.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = Enum.GetValues<ImageFormat>();

    /// <summary>
    /// The format of a name or extension, with or without the dot, in any case: <c>jpg</c>, <c>.JPEG</c>, <c>tif</c>.
    /// Null where there is none.
    /// </summary>
    public static ImageFormat? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.TrimStart('.').ToUpperInvariant() switch
        {
            "JPG" or "JPEG" or "JPE" or "JFIF" => ImageFormat.Jpeg,
            "PNG" => ImageFormat.Png,
            "WEBP" => ImageFormat.Webp,
            "AVIF" => ImageFormat.Avif,
            "TIF" or "TIFF" => ImageFormat.Tiff,
            "GIF" => ImageFormat.Gif,
            "BMP" or "DIB" => ImageFormat.Bmp,
            _ => null,
        };
    }

    /// <summary>The usual extension, with its dot: <c>.jpg</c>.</summary>
    public static string Extension(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.Png => ".png",
        ImageFormat.Webp => ".webp",
        ImageFormat.Avif => ".avif",
        ImageFormat.Tiff => ".tiff",
        ImageFormat.Gif => ".gif",
        ImageFormat.Bmp => ".bmp",
    };

    /// <summary>The registered media type: <c>image/jpeg</c>.</summary>
    public static string MediaType(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.Webp => "image/webp",
        ImageFormat.Avif => "image/avif",
        ImageFormat.Tiff => "image/tiff",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Bmp => "image/bmp",
    };

    /// <summary>The name to show: <c>JPEG</c>.</summary>
    public static string DisplayName(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "JPEG",
        ImageFormat.Png => "PNG",
        ImageFormat.Webp => "WebP",
        ImageFormat.Avif => "AVIF",
        ImageFormat.Tiff => "TIFF",
        ImageFormat.Gif => "GIF",
        ImageFormat.Bmp => "BMP",
    };

    /// <summary>
    /// Alpha is written. JPEG cannot hold it: the picture is flattened onto white. GIF has only opaque and transparent.
    /// </summary>
    public static bool HoldsAlpha(this ImageFormat format) => format is not ImageFormat.Jpeg;

    /// <summary>16-bit samples are written, by AVIF with 12 of them; elsewhere they are rounded to 8 bits.</summary>
    public static bool Holds16Bit(this ImageFormat format) =>
        format is ImageFormat.Png or ImageFormat.Tiff or ImageFormat.Avif;

    /// <summary><see cref="WriteOptions.Quality"/> means something.</summary>
    public static bool HasQuality(this ImageFormat format) =>
        format is ImageFormat.Jpeg or ImageFormat.Webp or ImageFormat.Avif;

    /// <summary>The quality where none is asked for, 1 to 100.</summary>
    /// <exception cref="ArgumentException">The format has no quality.</exception>
    internal static int QualityDefault(this ImageFormat format) => format switch
    {
        // Where libvips stops halving the colours of JPEG, and where an enlarged photo looks like the original.
        ImageFormat.Jpeg => 90,

        // Two photos enlarged to 2.4 megapixels, two cores, libvips 8.18.7: AVIF of 75 came to 42.5 dB in a quarter of
        // JPEG's bytes, WebP of 90 to 42.7 dB in half of them, JPEG of 90 to 47.1 dB.
        ImageFormat.Webp => 90,
        ImageFormat.Avif => 75,
        _ => throw new ArgumentException($"{format.DisplayName()} is lossless.", nameof(format)),
    };

    /// <summary>The largest number of pixels a side that can be written.</summary>
    public static int SideMax(this ImageFormat format) => format switch
    {
        // libjpeg's JPEG_MAX_DIMENSION; the format itself would allow 65535.
        ImageFormat.Jpeg => 65500,

        // 14 bits in the VP8 header.
        ImageFormat.Webp => 16383,

        // What heifsave accepts.
        ImageFormat.Avif => 16384,

        // 16 bits in the logical screen descriptor.
        ImageFormat.Gif => 65535,

        // libvips' own limit for a side, VIPS_MAX_COORD.
        ImageFormat.Png or ImageFormat.Tiff => 100_000_000,

        // The file length, and with it all offsets, has to fit 31 bits; the writer checks the product.
        ImageFormat.Bmp => int.MaxValue,
    };
}
