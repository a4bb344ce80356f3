using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>What is written is what is read back, as far as the format can hold it.</summary>
public sealed class RoundTripTests
{
    // GIF has 256 colours and AVIF a quarter of the colour samples for a picture made of both; a wrong channel order or
    // rows shifted by one are below 20.
    private const double LossyDecibelsMin = 28;

    public static TheoryData<ImageFormat, int, int> Cases()
    {
        var cases = new TheoryData<ImageFormat, int, int>();
        foreach (var format in ImageFormats.All)
        {
            foreach (var channels in (int[])[1, 2, 3, 4])
            {
                cases.Add(format, channels, 8);
                cases.Add(format, channels, 16);
            }
        }

        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Pixels_survive(ImageFormat format, int channels, int bitDepth)
    {
        var image = Pictures.Make(61, 47, channels, bitDepth);

        // GIF knows no half-transparent pixel, and lossy formats may change the colour of transparent ones.
        if (format == ImageFormat.Gif && image.Layout.HasAlpha)
        {
            image = Opaque(image);
        }

        var read = Pictures.Read(Pictures.Write(image, format));

        Assert.Equal(format, read.Format);
        Assert.Equal(1, read.Frames);
        Assert.Equal((image.Width, image.Height), (read.Image.Width, read.Image.Height));
        Assert.Equal(format.Holds16Bit() ? bitDepth : 8, read.Image.BitDepth);
        if (format is ImageFormat.Png or ImageFormat.Tiff)
        {
            Assert.Equal(image.Layout, read.Image.Layout);
            Assert.True(image.Samples.Span.SequenceEqual(read.Image.Samples.Span));
        }
        else if (format == ImageFormat.Bmp)
        {
            AssertRounded(image, read.Image);
        }
        else
        {
            var expected = format == ImageFormat.Jpeg && image.Layout.HasAlpha ? OnWhite(image) : image;
            Assert.InRange(Pictures.Psnr(expected, read.Image), LossyDecibelsMin, double.PositiveInfinity);
        }
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.Bmp)]
    public void Alpha_survives(ImageFormat format)
    {
        var image = Pictures.WithSharpAlpha(Pictures.Make(40, 30, 4));
        var read = Pictures.Read(Pictures.Write(image, format)).Image;
        Assert.Equal(4, read.Channels);

        // Only AVIF compresses alpha with loss.
        var tolerance = format == ImageFormat.Avif ? 40 : 0;
        for (var i = 3; i < image.Samples.Length; i += 4)
        {
            Assert.InRange(read.Samples.Span[i] - image.Samples.Span[i], -tolerance, tolerance);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 700)]
    [InlineData(700, 1)]
    [InlineData(16, 16)]
    [InlineData(17, 33)]
    [InlineData(65500, 2)]
    [InlineData(2, 65500)]
    public void Every_shape_survives(int width, int height)
    {
        var image = Pictures.Make(width, height, 3);
        foreach (var format in (ImageFormat[])[ImageFormat.Png, ImageFormat.Tiff, ImageFormat.Bmp])
        {
            var read = Pictures.Read(Pictures.Write(image, format)).Image;
            Assert.True(image.Samples.Span.SequenceEqual(read.Samples.Span), $"{format} {width}x{height}");
        }

        var jpeg = Pictures.Read(Pictures.Write(image, ImageFormat.Jpeg)).Image;
        Assert.InRange(Pictures.Psnr(image, jpeg), LossyDecibelsMin, double.PositiveInfinity);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Bmp)]
    public void Grey_stays_grey(ImageFormat format) =>
        Assert.Equal(1, Pictures.Read(Pictures.Write(Pictures.Make(20, 20, 1), format)).Image.Channels);

    [Fact]
    public void White_of_twelve_bits_stays_white()
    {
        var samples = Enumerable.Repeat(byte.MaxValue, 8 * 8 * 3 * 2).ToArray();
        var white = new PixelImage(8, 8, 3, 16, samples);
        var read = Pictures.Read(Pictures.Write(white, ImageFormat.Avif, quality: 100)).Image;
        Assert.Equal(16, read.BitDepth);
        Assert.True(read.Samples.Span.IndexOfAnyExcept(byte.MaxValue) < 0);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    public void Quality_buys_likeness_for_bytes(ImageFormat format)
    {
        var image = Pictures.Make(160, 120, 3);
        var low = Pictures.Write(image, format, quality: 20);
        var high = Pictures.Write(image, format, quality: 95);
        Assert.True(low.Length < high.Length);
        Assert.True(
            Pictures.Psnr(image, Pictures.Read(low).Image) + 3 < Pictures.Psnr(image, Pictures.Read(high).Image));
    }

    [Fact]
    public void The_same_picture_gives_the_same_bytes()
    {
        var image = Pictures.Make(90, 70, 3, metadata: MetadataTests.Everything());
        foreach (var format in ImageFormats.All)
        {
            Assert.Equal(Pictures.Write(image, format), Pictures.Write(image, format));
        }
    }

    private static void AssertRounded(PixelImage image, PixelImage read)
    {
        // BMP has no grey with alpha: it comes back as RGBA.
        Assert.Equal(image.Channels == 2 ? 4 : image.Channels, read.Channels);
        for (var pixel = 0; pixel < image.Width * image.Height; pixel++)
        {
            for (var c = 0; c < read.Channels; c++)
            {
                var from = image.Channels != 2 ? c : c == 3 ? 1 : 0;
                var level = Pictures.Level(image, pixel * image.Channels + from);
                var sample = read.Samples.Span[pixel * read.Channels + c];
                Assert.Equal(Math.Round(level, MidpointRounding.AwayFromZero), sample);
            }
        }
    }

    private static PixelImage Opaque(PixelImage image)
    {
        var samples = image.Samples.ToArray();
        var pixelBytes = image.Channels * image.BitDepth / 8;
        for (var i = pixelBytes - image.BitDepth / 8; i < samples.Length; i += pixelBytes)
        {
            samples.AsSpan(i, image.BitDepth / 8).Fill(255);
        }

        return new PixelImage(image.Width, image.Height, image.Channels, image.BitDepth, samples);
    }

    private static PixelImage OnWhite(PixelImage image)
    {
        var colours = image.Layout.ColourChannels;
        var samples = new byte[image.Width * image.Height * colours];
        for (var i = 0; i < samples.Length; i++)
        {
            var pixel = i / colours * image.Channels;
            var alpha = Pictures.Level(image, pixel + colours) / 255;
            samples[i] = (byte)Math.Round(Pictures.Level(image, pixel + i % colours) * alpha + 255 * (1 - alpha));
        }

        return new PixelImage(image.Width, image.Height, colours, 8, samples);
    }
}
