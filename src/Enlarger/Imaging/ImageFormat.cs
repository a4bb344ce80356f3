namespace Enlarger.Imaging;

/// <summary>The formats that are read and written.</summary>
public enum ImageFormat
{
    /// <summary>JPEG (ITU-T T.81).</summary>
    Jpeg,

    /// <summary>PNG, 8 and 16 bit.</summary>
    Png,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>TIFF, 8 and 16 bit.</summary>
    Tiff,

    /// <summary>GIF, its first frame.</summary>
    Gif,

    /// <summary>BMP, OS/2 1 to V5 headers.</summary>
    Bmp,
}
