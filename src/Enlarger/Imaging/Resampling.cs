using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>Changes the size of pictures with a kernel, as MATLAB's imresize does.</summary>
public static class Resampling
{
    /// <summary>
    /// Makes a test picture as the papers on super-resolution do: leaves out columns at the right and rows at the
    /// bottom until both sides divide by <paramref name="factor"/>, reduces with the cubic kernel, widened by the
    /// factor against aliasing, and rounds to the bit depth of the picture.
    /// </summary>
    /// <param name="image">The picture, no side smaller than <paramref name="factor"/>.</param>
    /// <param name="factor">Times smaller on each side, 1 or more.</param>
    public static PixelImage Reduce(PixelImage image, int factor)
    {
        var from = LargestMultiple(image, factor);
        var to = new PixelSize(from.Width / factor, from.Height / factor);
        return Resize(image, from, to, ResampleKernel.Cubic);
    }

    /// <summary>The part of a picture that <see cref="Reduce"/> reduces, to compare results with.</summary>
    /// <inheritdoc cref="Reduce" path="/param"/>
    public static PixelImage CropToMultiple(PixelImage image, int factor)
    {
        var size = LargestMultiple(image, factor);
        var layout = new PixelLayout(size.Width, size.Height, image.Channels, image.BitDepth);
        var samples = new byte[layout.RowBytes * size.Height];
        for (var y = 0; y < size.Height; y++)
        {
            var row = image.Row(y)[..(int)layout.RowBytes];
            row.CopyTo(samples.AsSpan(checked((int)(y * layout.RowBytes))));
        }

        return new PixelImage(size.Width, size.Height, image.Channels, image.BitDepth, samples, image.Metadata);
    }

    /// <summary>The picture at another size, with the same channels, depth and metadata.</summary>
    /// <param name="image">The picture. Transparent pixels lend no colour to their neighbours.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="kernel">The kernel, widened by the factor where the picture is reduced.</param>
    public static PixelImage Resize(PixelImage image, int width, int height, ResampleKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return Resize(image, new PixelSize(image.Width, image.Height), new PixelSize(width, height), kernel);
    }

    private static PixelSize LargestMultiple(PixelImage image, int factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(factor, Math.Min(image.Width, image.Height));
        return new PixelSize(image.Width / factor * factor, image.Height / factor * factor);
    }

    // The part of the picture from its top left corner that is "from" in size becomes the whole result.
    private static PixelImage Resize(PixelImage image, PixelSize from, PixelSize to, ResampleKernel kernel)
    {
        var layout = new PixelLayout(to.Width, to.Height, image.Channels, image.BitDepth)
        {
            HasExtra = image.Layout.HasExtra,
        };
        var result = new byte[layout.RowBytes * to.Height];
        var row = new float[to.Width * image.Channels];
        var resampler = new RowResampler(from, to, image.Channels, kernel, ReadSource);
        for (var y = 0; y < to.Height; y++)
        {
            resampler.ReadRow(y, row);
            if (layout.HasAlpha)
            {
                DivideByAlpha(row, image.Channels);
            }

            var bytes = result.AsSpan(checked((int)(y * layout.RowBytes)), (int)layout.RowBytes);
            Round(row, bytes, image.BitDepth);
        }

        return new PixelImage(layout, result, image.Metadata);

        void ReadSource(int y, Span<float> samples)
        {
            Widen(image.Row(y), samples, image.BitDepth);
            if (layout.HasAlpha)
            {
                MultiplyByAlpha(samples, image.Channels);
            }
        }
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> samples, int bitDepth)
    {
        if (bitDepth == 8)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                samples[i] = bytes[i];
            }

            return;
        }

        var words = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = words[i];
        }
    }

    private static void Round(ReadOnlySpan<float> samples, Span<byte> bytes, int bitDepth)
    {
        if (bitDepth == 8)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                bytes[i] = (byte)(Math.Clamp(samples[i], 0, byte.MaxValue) + 0.5f);
            }

            return;
        }

        var words = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < samples.Length; i++)
        {
            words[i] = (ushort)(Math.Clamp(samples[i], 0, ushort.MaxValue) + 0.5f);
        }
    }

    private static void MultiplyByAlpha(Span<float> samples, int channels)
    {
        for (var pixel = 0; pixel < samples.Length; pixel += channels)
        {
            var alpha = samples[pixel + channels - 1];
            foreach (ref var colour in samples.Slice(pixel, channels - 1))
            {
                colour *= alpha;
            }
        }
    }

    private static void DivideByAlpha(Span<float> samples, int channels)
    {
        for (var pixel = 0; pixel < samples.Length; pixel += channels)
        {
            var alpha = samples[pixel + channels - 1];
            foreach (ref var colour in samples.Slice(pixel, channels - 1))
            {
                // Below half a level the pixel is transparent, and what its colour was is lost in the rounding.
                colour = alpha < 0.5f ? 0 : colour / alpha;
            }
        }
    }
}
