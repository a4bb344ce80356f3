using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>What became of a file: enlarged, without a network, as users of the library do it.</summary>
internal sealed record Enlarged(byte[] File, EnlargeResult Result)
{
    public ImageMetadata Metadata => Pictures.Read(File).Image.Metadata;

    /// <summary>The tags of its EXIF; of TIFF, those of the file.</summary>
    public Dictionary<ushort, byte[]> Tags => Result.Format == ImageFormat.Tiff
        ? TiffFile.Read(File)
        : Metadata.Exif is { } exif ? TiffFile.Read(exif.Span[6..]) : [];

    public static async Task<Enlarged> Of(
        byte[] file, ImageFormat? format = null, int scale = 2, bool strip = false)
    {
        using var target = new MemoryStream();
        var options = new EnlargeOptions { Model = "bicubic", Scale = scale, Format = format, Strip = strip };
        var result = await new ImageEnlarger().EnlargeAsync(
            new MemoryStream(file), target, options, cancel: TestContext.Current.CancellationToken);
        return new Enlarged(target.ToArray(), result);
    }

    /// <summary>A picture with these blocks, as a file.</summary>
    public static byte[] Picture(ImageFormat format, ImageMetadata? metadata = null, int width = 24, int height = 16) =>
        Pictures.Write(Pictures.Make(width, height, 3, metadata: metadata), format);
}
