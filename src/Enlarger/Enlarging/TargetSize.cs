using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>Computes the size of a result from the options.</summary>
internal static class TargetSize
{
    // Rounding errors must not make the result of 4 times a width one pixel smaller.
    private const double Slack = 1e-9;

    /// <param name="source">The picture as it was read, upright.</param>
    /// <param name="options">What was asked for.</param>
    /// <exception cref="ArgumentException">The scale or size is out of range.</exception>
    /// <exception cref="ImageException">The size is more than 16 times the picture's.</exception>
    public static PixelSize Of(PixelSize source, EnlargeOptions options)
    {
        var size = options switch
        {
            { Size: var (width, height) } => OfSize(source, width, height, options.Fit),
            { Megapixels: { } megapixels } => OfMegapixels(source, megapixels),
            _ => new PixelSize(Times(source.Width, options.Scale), Times(source.Height, options.Scale)),
        };
        Refuse(source, Math.Max((double)size.Width / source.Width, (double)size.Height / source.Height), size);
        return size;
    }

    private static PixelSize OfSize(PixelSize source, int width, int height, SizeFit fit)
    {
        var (across, down) = ((double)width / source.Width, (double)height / source.Height);
        if (width == 0)
        {
            Refuse(source, down, null);
            return new PixelSize(Times(source.Width, down), height);
        }

        if (height == 0)
        {
            Refuse(source, across, null);
            return new PixelSize(width, Times(source.Height, across));
        }

        return fit switch
        {
            SizeFit.Fill or SizeFit.Cover => new PixelSize(width, height),
            SizeFit.Contain when across <= down => new PixelSize(width, Math.Min(height, Times(source.Height, across))),
            SizeFit.Contain => new PixelSize(Math.Min(width, Times(source.Width, down)), height),
        };
    }

    // Rounded down, as users give megapixels to stay below the limit of an upload.
    private static PixelSize OfMegapixels(PixelSize source, double megapixels)
    {
        var scale = Math.Sqrt(megapixels * 1e6 / ((double)source.Width * source.Height));
        Refuse(source, scale, null);
        return new PixelSize(Down(source.Width), Down(source.Height));

        int Down(int length) => Math.Max(1, (int)((length * scale) + Slack));
    }

    private static void Refuse(PixelSize source, double scale, PixelSize? size)
    {
        if (scale > EnlargeOptions.ScaleMax + Slack)
        {
            var wanted = size is { } known ? $"{known.Width}x{known.Height}" : "The size that is asked for";
            throw new ImageException(
                ImageFault.TooLarge,
                $"{wanted} is more than {EnlargeOptions.ScaleMax} times the picture's {source.Width}x{source.Height}.");
        }
    }

    private static int Times(int length, double scale) =>
        Math.Max(1, (int)Math.Round(length * scale, MidpointRounding.AwayFromZero));
}
