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

    /// <summary>Checks the sides against <c>--size</c>, of which one may be left out.</summary>
    public static void HasSize(string size, PixelImage result)
    {
        var sides = size.Split('x');
        if (sides[0].Length > 0)
        {
            Assert.Equal(int.Parse(sides[0], CultureInfo.InvariantCulture), result.Width);
        }

        if (sides[1].Length > 0)
        {
            Assert.Equal(int.Parse(sides[1], CultureInfo.InvariantCulture), result.Height);
        }
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
}
