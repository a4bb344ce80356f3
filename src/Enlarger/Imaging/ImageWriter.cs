namespace Enlarger.Imaging;

/// <summary>Fills <paramref name="samples"/> with row <paramref name="y"/>; asked for once each, top to bottom.</summary>
public delegate void RowSource(int y, Span<byte> samples);

/// <summary>How a picture is written.</summary>
/// <param name="Format">The format of the file.</param>
/// <param name="Quality">1 to 100 for JPEG, WebP and AVIF; null takes the format's default. Others are lossless.</param>
public sealed record WriteOptions(ImageFormat Format, int? Quality = null);

/// <summary>Writes pictures row by row, so that a large one is never whole in memory.</summary>
public static class ImageWriter
{
    /// <summary>Pulls the rows of a picture and writes its file to <paramref name="target"/>.</summary>
    /// <exception cref="ImageException">The format cannot hold a picture of that size.</exception>
    public static void Write(
        PixelLayout layout,
        ImageMetadata metadata,
        RowSource rows,
        Stream target,
        WriteOptions options,
        CancellationToken cancel = default) => throw new NotSupportedException();
}
