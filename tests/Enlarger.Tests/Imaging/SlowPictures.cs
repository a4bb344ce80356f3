using System.Collections.Concurrent;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Small files within all limits that decoders take as long for as possible.</summary>
internal static class SlowPictures
{
    /// <summary>Pixels of each side, the most that a vendor takes.</summary>
    public const int Side = 6000;

    private static readonly ConcurrentDictionary<ImageFormat, byte[]> Files = new();

    /// <summary>
    /// A grey JPEG with as many scans as are read; of the other formats, a picture of one colour. AVIF has fewer
    /// pixels, because writing it takes much longer than reading it.
    /// </summary>
    public static byte[] Make(ImageFormat format) => Files.GetOrAdd(format, Write);

    private static byte[] Write(ImageFormat format)
    {
        if (format == ImageFormat.Jpeg)
        {
            return ManyParts.Jpeg(Side, Side, 100);
        }

        var side = format == ImageFormat.Avif ? Side / 2 : Side;
        using var file = new MemoryStream();
        ImageWriter.Write(
            new PixelLayout(side, side, 3, 8),
            ImageMetadata.None,
            (_, row) => row.Fill(100),
            file,
            new WriteOptions(format, format.HasQuality() ? 1 : null),
            TestContext.Current.CancellationToken);
        return file.ToArray();
    }
}
