using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger.Tests.Enlarging;

/// <summary>Enlarges pictures in memory by the library's public interface.</summary>
internal static class Enlargement
{
    private static readonly ImageEnlarger Enlarger = new(new ModelStore());

    public static async Task<(PixelImage Image, EnlargeResult Result, byte[] File)> Of(
        PixelImage picture, EnlargeOptions options, ImageFormat format = ImageFormat.Png)
    {
        using var source = new MemoryStream(Encode(picture, format));
        using var target = new MemoryStream();
        var result = await Enlarger.EnlargeAsync(
            source, target, options, cancel: TestContext.Current.CancellationToken);
        target.Position = 0;
        return (Read(target), result, target.ToArray());
    }

    public static byte[] Encode(PixelImage picture, ImageFormat format)
    {
        using var file = new MemoryStream();
        ImageWriter.Write(
            picture.Layout,
            picture.Metadata,
            (y, row) => picture.Row(y).CopyTo(row),
            file,
            new WriteOptions(format),
            TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    public static PixelImage Read(Stream file) =>
        ImageReader.Read(file, ImageLimits.Default, TestContext.Current.CancellationToken).Image;

    /// <summary>A picture of 8 bits whose samples are computed from column, row and channel.</summary>
    public static PixelImage Draw(int width, int height, int channels, Func<int, int, int, int> sample)
    {
        var samples = new byte[width * height * channels];
        for (var i = 0; i < samples.Length; i++)
        {
            var pixel = i / channels;
            samples[i] = (byte)sample(pixel % width, pixel / width, i % channels);
        }

        return new PixelImage(width, height, channels, 8, samples);
    }

    /// <summary>Waves, which every model enlarges without trouble.</summary>
    public static PixelImage Waves(int width, int height, int channels) =>
        Draw(width, height, channels, (x, y, c) =>
            (int)(128 + (100 * Math.Sin((x / 5.0) + c) * Math.Cos(y / (6.0 + c)))));
}
