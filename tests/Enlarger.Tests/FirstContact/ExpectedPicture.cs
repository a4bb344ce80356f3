using System.Globalization;
using Enlarger.Imaging;
using Enlarger.Tests.Commands;

namespace Enlarger.Tests.FirstContact;

/// <summary>What the result of a line has to be, as far as the line says.</summary>
internal static class ExpectedPicture
{
    // A bicubic result, saved twice in the same format, agrees with itself far better; a network's is far below.
    private const double PsnrOfTheSame = 45;

    /// <summary>Checks the side lengths against the line's scale.</summary>
    public static void HasScale(double scale, PixelImage source, PixelImage result)
    {
        Assert.Equal(Math.Round(source.Width * scale), result.Width, 1.0);
        Assert.Equal(Math.Round(source.Height * scale), result.Height, 1.0);
    }

    /// <summary>Checks the sides against a width and height in pixels, of which one may be 0, and follows.</summary>
    public static void HasSize((int Width, int Height) size, string fit, PixelImage source, PixelImage result)
    {
        var (width, height) = (result.Width, result.Height);
        if (size.Width == 0 || size.Height == 0 || fit == "contain")
        {
            Assert.True(width == size.Width || height == size.Height, $"{width}x{height} for {size}");
            Assert.True(size.Width == 0 || width <= size.Width, $"{width}x{height} for {size}");
            Assert.True(size.Height == 0 || height <= size.Height, $"{width}x{height} for {size}");
            HasProportions(source, result);
        }
        else
        {
            Assert.Equal(size, (width, height));
        }
    }

    /// <summary>Checks that the result has as many pixels as its proportions allow, and no more.</summary>
    public static void HasMegapixels(double megapixels, PixelImage source, PixelImage result)
    {
        var most = megapixels * 1e6;
        Assert.InRange((double)result.Width * result.Height, most - result.Width - result.Height, most);
        HasProportions(source, result);
    }

    /// <summary>Checks sides and density against a size on paper, such as <c>30x20cm</c>.</summary>
    public static void HasPrintSize(string print, double dpi, string fit, PixelImage source, PixelImage result)
    {
        const double MillimetresPerInch = 25.4;
        var inches = print[^2..] switch { "mm" => 1 / MillimetresPerInch, "cm" => 10 / MillimetresPerInch, _ => 1 };
        var sides = print[..^2].Split('x')
            .Select(side => side.Length == 0 ? 0 : double.Parse(side, CultureInfo.InvariantCulture) * inches * dpi)
            .Select(pixels => (int)Math.Round(pixels, MidpointRounding.AwayFromZero))
            .ToList();
        HasSize((sides[0], sides[1]), fit, source, result);
        Assert.Equal(dpi / MillimetresPerInch, result.Metadata.Density!.Across, 0.01);
        Assert.Equal(dpi / MillimetresPerInch, result.Metadata.Density.Down, 0.01);
    }

    /// <summary>Checks that the file holds what its name says.</summary>
    public static ReadImage Named(string name, byte[] file)
    {
        var picture = CommandRun.Read(file);
        Assert.Equal(ImageFormats.Find(Path.GetExtension(name).TrimStart('.')), picture.Format);
        return picture;
    }

    /// <summary>Checks that the result is not what bicubic interpolation would have given.</summary>
    public static async Task IsNotBicubicAsync(byte[] source, ReadImage result)
    {
        using var bicubic = new MemoryStream();
        using var picture = new MemoryStream(source);
        await new ImageEnlarger().EnlargeAsync(picture, bicubic, new EnlargeOptions
        {
            Size = (result.Image.Width, result.Image.Height),
            Model = "bicubic",
            Format = result.Format,
        });
        var psnr = ImageQuality.Psnr(CommandRun.Read(bicubic.ToArray()).Image, result.Image);
        Assert.True(psnr < PsnrOfTheSame, $"It is the bicubic result, but for {psnr:F1} dB.");
    }

    // Each side is rounded to a pixel.
    private static void HasProportions(PixelImage source, PixelImage result)
    {
        var scale = Math.Max((double)result.Width / source.Width, (double)result.Height / source.Height);
        Assert.Equal(source.Width * scale, result.Width, tolerance: 1.5);
        Assert.Equal(source.Height * scale, result.Height, tolerance: 1.5);
    }
}
