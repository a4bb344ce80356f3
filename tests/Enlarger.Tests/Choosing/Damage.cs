using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

/// <summary>Pictures to inspect, and ways to damage them.</summary>
internal static class Damage
{
    /// <summary>A sample at half its size, without traces of its JPEG compression.</summary>
    public static PixelImage Clean(string sample)
    {
        using var file = File.OpenRead(Repository.Path($"samples/{sample}.jpg"));
        return Resampling.Reduce(Enlargement.Read(file), 2);
    }

    /// <summary>Discs and bars of flat colours, with edges as wide as a pixel.</summary>
    public static PixelImage Drawing() => Enlargement.Draw(256, 192, 3, (x, y, c) =>
    {
        var disc = Math.Clamp(40.5 - Math.Sqrt(Math.Pow((x % 128) - 64, 2) + Math.Pow((y % 96) - 48, 2)), 0, 1);
        var bar = x % 128 is >= 110 and < 116 ? 1 : 0;
        return (int)((disc * (40 + (c * 60))) + ((1 - disc) * (bar == 1 ? 20 : 235)));
    });

    /// <summary>The picture as it comes out of a JPEG file.</summary>
    public static PixelImage Jpeg(PixelImage picture, int quality)
    {
        using var file = new MemoryStream();
        ImageWriter.Write(
            picture.Layout,
            ImageMetadata.None,
            (y, row) => picture.Row(y).CopyTo(row),
            file,
            new WriteOptions(ImageFormat.Jpeg, quality),
            TestContext.Current.CancellationToken);
        file.Position = 0;
        return Enlargement.Read(file);
    }

    /// <summary>A crop of a picture.</summary>
    public static PixelImage Part(PixelImage picture, int left, int top, int width, int height) =>
        Enlargement.Draw(
            width,
            height,
            picture.Channels,
            (x, y, c) => picture.Row(top + y)[((left + x) * picture.Channels) + c]);

    /// <summary>The same picture with 16 bits a sample.</summary>
    public static PixelImage Deep(PixelImage picture)
    {
        // Each byte twice is its level times 257, in any byte order.
        byte[] samples = [.. picture.Samples.ToArray().SelectMany(sample => (byte[])[sample, sample])];
        return new PixelImage(picture.Width, picture.Height, picture.Channels, 16, samples);
    }
}
