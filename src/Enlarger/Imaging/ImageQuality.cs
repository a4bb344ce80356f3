using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>Measures how close a picture is to a reference, in the way the papers on super-resolution do.</summary>
/// <remarks>
/// Luma is that of ITU-R BT.601 on the range 16 to 235, <c>16 + 65.481 R + 128.553 G + 24.966 B</c> with R, G and B
/// from 0 to 1, and is not rounded. Grey counts as R = G = B. Alpha and colour profiles are not looked at. Pictures of
/// 16 bits are measured on the same range of 0 to 255.
/// </remarks>
public static class ImageQuality
{
    /// <summary>Side of the window of <see cref="Ssim"/>; no smaller picture has one.</summary>
    public const int SsimWindow = 11;

    private const double Peak = 255;

    /// <summary>Peak signal-to-noise ratio of luma: <c>10 log10(255² / mean squared error)</c>.</summary>
    /// <param name="reference">The picture as it should be.</param>
    /// <param name="image">The picture to measure, of the same size.</param>
    /// <param name="crop">Pixels at each edge that do not count; the papers leave out as many as the scale.</param>
    /// <returns>Decibels; infinity for pictures that are the same.</returns>
    /// <exception cref="ArgumentException">The sizes differ, or the crop leaves nothing.</exception>
    public static double Psnr(PixelImage reference, PixelImage image, int crop = 0)
    {
        var area = Overlap(reference, image, crop);
        var a = new double[area.Width];
        var b = new double[area.Width];
        var sum = 0.0;
        for (var y = 0; y < area.Height; y++)
        {
            ReadLuma(reference, crop, y + crop, a);
            ReadLuma(image, crop, y + crop, b);
            sum += SquaredError(a, b);
        }

        return Decibels(sum / ((double)area.Width * area.Height));
    }

    /// <summary>Peak signal-to-noise ratio over the red, green and blue samples together.</summary>
    /// <inheritdoc cref="Psnr" path="/param|/returns|/exception"/>
    public static double PsnrRgb(PixelImage reference, PixelImage image, int crop = 0)
    {
        var area = Overlap(reference, image, crop);
        var a = new double[area.Width * 3];
        var b = new double[area.Width * 3];
        var sum = 0.0;
        for (var y = 0; y < area.Height; y++)
        {
            ReadRgb(reference, crop, y + crop, a);
            ReadRgb(image, crop, y + crop, b);
            sum += SquaredError(a, b);
        }

        return Decibels(sum / (3.0 * area.Width * area.Height));
    }

    /// <summary>
    /// Structural similarity of luma (Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error
    /// visibility to structural similarity", 2004): Gaussian window of 11x11 with sigma 1.5, K1 0.01, K2 0.03, L 255,
    /// averaged over the positions at which the window lies inside the picture, as the authors' ssim_index does.
    /// </summary>
    /// <param name="reference">The picture as it should be, at least 11x11 after the crop.</param>
    /// <param name="image">The picture to measure, of the same size.</param>
    /// <param name="crop">Pixels at each edge that do not count.</param>
    /// <returns>At most 1, which is reached by pictures that are the same.</returns>
    /// <exception cref="ArgumentException">The sizes differ, or the crop leaves less than the window.</exception>
    public static double Ssim(PixelImage reference, PixelImage image, int crop = 0)
    {
        var area = Overlap(reference, image, crop);
        if (Math.Min(area.Width, area.Height) < SsimWindow)
        {
            throw new ArgumentException($"Structural similarity needs {SsimWindow}x{SsimWindow} pixels.", nameof(crop));
        }

        var map = new SsimMap(area.Width);
        var a = new double[area.Width];
        var b = new double[area.Width];
        var sum = 0.0;
        for (var y = 0; y < area.Height; y++)
        {
            ReadLuma(reference, crop, y + crop, a);
            ReadLuma(image, crop, y + crop, b);
            sum += map.AddRow(a, b);
        }

        return sum / ((double)(area.Width - SsimWindow + 1) * (area.Height - SsimWindow + 1));
    }

    private static PixelSize Overlap(PixelImage reference, PixelImage image, int crop)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegative(crop);
        if (reference.Width != image.Width || reference.Height != image.Height)
        {
            throw new ArgumentException(
                $"The reference is {reference.Width}x{reference.Height}, the picture {image.Width}x{image.Height}.",
                nameof(image));
        }

        if (Math.Min(reference.Width, reference.Height) <= 2L * crop)
        {
            throw new ArgumentException($"A crop of {crop} leaves nothing.", nameof(crop));
        }

        return new PixelSize(reference.Width - (2 * crop), reference.Height - (2 * crop));
    }

    private static void ReadLuma(PixelImage image, int left, int y, Span<double> luma)
    {
        Span<double> rgb = stackalloc double[3];
        for (var x = 0; x < luma.Length; x++)
        {
            ReadPixel(image, left + x, y, rgb);
            luma[x] = 16 + (((65.481 * rgb[0]) + (128.553 * rgb[1]) + (24.966 * rgb[2])) / Peak);
        }
    }

    private static void ReadRgb(PixelImage image, int left, int y, Span<double> samples)
    {
        for (var x = 0; 3 * x < samples.Length; x++)
        {
            ReadPixel(image, left + x, y, samples.Slice(3 * x, 3));
        }
    }

    private static void ReadPixel(PixelImage image, int x, int y, Span<double> rgb)
    {
        var row = image.Row(y);
        // Grey is read three times.
        var step = image.Layout.ColourChannels == 1 ? 0 : 1;
        for (var channel = 0; channel < 3; channel++)
        {
            var i = (x * image.Channels) + (channel * step);
            rgb[channel] = image.BitDepth == 8
                ? row[i]
                : MemoryMarshal.Cast<byte, ushort>(row)[i] * (Peak / ushort.MaxValue);
        }
    }

    private static double SquaredError(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }

    private static double Decibels(double meanSquaredError) => 10 * Math.Log10(Peak * Peak / meanSquaredError);
}
