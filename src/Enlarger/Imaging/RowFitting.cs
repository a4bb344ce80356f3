using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>Makes the rows of a picture fit what a format holds: its depth, and no alpha in JPEG.</summary>
internal static class RowFitting
{
    private const int Max8 = 255;
    private const int Max12 = 4095;
    private const int Max16 = 65535;

    /// <summary>The layout of the rows that <see cref="Fit"/> delivers.</summary>
    public static PixelLayout LayoutFor(PixelLayout layout, ImageFormat format) =>
        new(
            layout.Width,
            layout.Height,
            HoldsLast(layout, format) ? layout.Channels : layout.ColourChannels,
            format.Holds16Bit() ? layout.BitDepth : 8)
        {
            HasExtra = layout.HasExtra && HoldsLast(layout, format),
        };

    /// <summary>Whether a format holds alpha, or the extra channel that a picture has in its place.</summary>
    public static bool HoldsLast(PixelLayout layout, ImageFormat format) =>
        layout.HasExtra ? format == ImageFormat.Tiff : format.HoldsAlpha();

    /// <summary>Wraps <paramref name="rows"/> where something has to change.</summary>
    public static RowSource Fit(PixelLayout layout, RowSource rows, ImageFormat format)
    {
        var fitted = LayoutFor(layout, format);
        if (layout.HasExtra && !fitted.HasExtra)
        {
            var colours = new PixelLayout(layout.Width, layout.Height, layout.ColourChannels, layout.BitDepth);
            return Fit(colours, WithoutLast(layout, colours, rows), format);
        }

        if (format == ImageFormat.Avif && layout.BitDepth == 16)
        {
            return (y, samples) =>
            {
                rows(y, samples);
                RoundTo12(samples);
            };
        }

        if (fitted == layout)
        {
            return rows;
        }

        var source = new byte[layout.RowBytes];
        var flattens = fitted.Channels != layout.Channels;
        return (y, samples) =>
        {
            rows(y, source);
            if (layout.BitDepth == 8)
            {
                Flatten(source, samples, layout.Channels);
                return;
            }

            var deep = MemoryMarshal.Cast<byte, ushort>(source.AsSpan());
            if (flattens)
            {
                deep = Flatten(deep, layout.Channels);
            }

            RoundTo8(deep, samples);
        };
    }

    /// <summary>Rounds a 16-bit sample to the nearest of 8 bits.</summary>
    public static byte RoundTo8(ushort sample) => (byte)((sample * (uint)Max8 + Max16 / 2) / Max16);

    private static void RoundTo8(ReadOnlySpan<ushort> source, Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = RoundTo8(source[i]);
        }
    }

    private static RowSource WithoutLast(PixelLayout layout, PixelLayout colours, RowSource rows)
    {
        var source = new byte[layout.RowBytes];
        var (pixelBytes, colourBytes) = (layout.Channels * layout.BitDepth / 8, colours.Channels * layout.BitDepth / 8);
        return (y, samples) =>
        {
            rows(y, source);
            for (int from = 0, to = 0; to < samples.Length; from += pixelBytes, to += colourBytes)
            {
                source.AsSpan(from, colourBytes).CopyTo(samples[to..]);
            }
        };
    }

    private static void RoundTo12(Span<byte> samples)
    {
        // libvips cuts the low four bits off; without rounding first, the picture would come out darker.
        foreach (ref var sample in MemoryMarshal.Cast<byte, ushort>(samples))
        {
            sample = (ushort)(((sample * (uint)Max12 + Max16 / 2) / Max16) << 4);
        }
    }

    private static void Flatten(ReadOnlySpan<byte> source, Span<byte> target, int channels)
    {
        var colours = channels - 1;
        for (int from = 0, to = 0; to < target.Length; from += channels, to += colours)
        {
            var alpha = source[from + colours];
            for (var i = 0; i < colours; i++)
            {
                target[to + i] = (byte)((source[from + i] * alpha + Max8 * (Max8 - alpha) + Max8 / 2) / Max8);
            }
        }
    }

    // In place: a pixel without alpha lies before the pixel with it.
    private static Span<ushort> Flatten(Span<ushort> samples, int channels)
    {
        var colours = channels - 1;
        var to = 0;
        for (var from = 0; from < samples.Length; from += channels, to += colours)
        {
            uint alpha = samples[from + colours];
            for (var i = 0; i < colours; i++)
            {
                samples[to + i] = (ushort)((samples[from + i] * alpha + Max16 * (Max16 - alpha) + Max16 / 2) / Max16);
            }
        }

        return samples[..to];
    }
}
