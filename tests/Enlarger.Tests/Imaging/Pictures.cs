using System.Runtime.InteropServices;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Pictures for tests, and what to ask about them.</summary>
internal static class Pictures
{
    public static ImageLimits Limits => ImageLimits.Default;

    /// <summary>Smooth colours with edges, different in every channel; the same every time.</summary>
    public static PixelImage Make(int width, int height, int channels, int bitDepth = 8, ImageMetadata? metadata = null)
    {
        var max = bitDepth == 8 ? 255 : 65535;
        var layout = new PixelLayout(width, height, channels, bitDepth);
        var samples = new byte[layout.RowBytes * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var wave = 0.5 + 0.3 * Math.Sin((x * (c + 1) + y * 2) / 9.0) + 0.15 * Math.Cos(y * (c + 1) / 7.0);
                    var edge = (x / 16 + y / 12) % 3 == c % 3 ? 0.04 : 0;
                    Put(samples, bitDepth, (y * width + x) * channels + c, (int)Math.Round((wave + edge) * max));
                }
            }
        }

        return new PixelImage(width, height, channels, bitDepth, samples, metadata);
    }

    /// <summary>The same picture, with alpha that is either 0 or the largest value.</summary>
    public static PixelImage WithSharpAlpha(PixelImage image)
    {
        var samples = image.Samples.ToArray();
        for (var i = image.Channels - 1; i < image.Width * image.Height * image.Channels; i += image.Channels)
        {
            Put(samples, image.BitDepth, i, i / image.Channels % 5 == 0 ? 0 : image.BitDepth == 8 ? 255 : 65535);
        }

        return new PixelImage(image.Width, image.Height, image.Channels, image.BitDepth, samples, image.Metadata);
    }

    public static byte[] Write(PixelImage image, ImageFormat format, int? quality = null)
    {
        using var file = new MemoryStream();
        ImageWriter.Write(
            image.Layout,
            image.Metadata,
            (y, samples) => image.Row(y).CopyTo(samples),
            file,
            new WriteOptions(format, quality),
            TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    public static ReadImage Read(byte[] file) =>
        ImageReader.Read(new MemoryStream(file), Limits, TestContext.Current.CancellationToken);

    /// <summary>Sample <paramref name="index"/> in levels of 0 to 255.</summary>
    public static double Level(PixelImage image, int index) =>
        image.BitDepth == 8
            ? image.Samples.Span[index]
            : MemoryMarshal.Cast<byte, ushort>(image.Samples.Span)[index] / 257.0;

    /// <summary>Signal to noise in dB between the colours of two pictures, whatever their depths.</summary>
    public static double Psnr(PixelImage expected, PixelImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        double sum = 0;
        var pixels = expected.Width * expected.Height;
        for (var i = 0; i < pixels; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                var difference = Colour(expected, i, c) - Colour(actual, i, c);
                sum += difference * difference;
            }
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 * 3 * pixels / sum);
    }

    private static double Colour(PixelImage image, int pixel, int channel) =>
        Level(image, pixel * image.Channels + Math.Min(channel, image.Layout.ColourChannels - 1));

    private static void Put(byte[] samples, int bitDepth, int index, int value)
    {
        if (bitDepth == 8)
        {
            samples[index] = (byte)value;
        }
        else
        {
            MemoryMarshal.Cast<byte, ushort>(samples.AsSpan())[index] = (ushort)value;
        }
    }
}
