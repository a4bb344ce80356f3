using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Every format writes its largest side, in both directions.</summary>
public sealed class EncoderLimitTests
{
    // Longer ones are possible in PNG, TIFF and BMP, and tell nothing more.
    private const int SideMax = 100_000;

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_largest_side_is_written(ImageFormat format)
    {
        var side = Math.Min(format.SideMax(), SideMax);
        foreach (var (width, height) in new[] { (side / 2, 1), (1, side / 2) })
        {
            var picture = new PixelImage(width, height, 3, 8, new byte[3 * width * height]);
            using var source = new MemoryStream(Pictures.Write(picture, ImageFormat.Tiff));
            using var target = new MemoryStream();
            var options = new EnlargeOptions
            {
                Model = "bicubic",
                Size = (width == 1 ? 1 : side, height == 1 ? 1 : side),
                Format = format,
            };

            var result = await new ImageEnlarger().EnlargeAsync(
                source, target, options, cancel: TestContext.Current.CancellationToken);

            Assert.Equal(options.Size, (result.Result.Width, result.Result.Height));
            Assert.Equal(options.Size, Size(target.ToArray()));
        }
    }

    public static TheoryData<ImageFormat> Formats => [.. ImageFormats.All];

    private static (int Width, int Height) Size(byte[] file)
    {
        var image = Pictures.Read(file).Image;
        return (image.Width, image.Height);
    }
}
