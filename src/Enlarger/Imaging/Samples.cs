using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>Between samples of 8 or 16 bits and floats from 0 to 1, a row at a time.</summary>
internal static class Samples
{
    private const float Max8 = 255;
    private const float Max16 = 65535;

    /// <summary>Reads the grey or RGB samples of a row.</summary>
    public static void ReadColours(PixelImage image, int y, Span<float> row)
    {
        var (all, colours) = (image.Channels, image.Layout.ColourChannels);
        for (var c = 0; c < colours; c++)
        {
            Read(image, y, c, all, row[c..], colours);
        }
    }

    /// <summary>Reads the alpha of a row.</summary>
    public static void ReadAlpha(PixelImage image, int y, Span<float> row) =>
        Read(image, y, image.Channels - 1, image.Channels, row, 1);

    /// <summary>Writes a row of colours, and of alpha where the layout has it, rounded to the nearest level.</summary>
    public static void Write(PixelLayout layout, ReadOnlySpan<float> colours, ReadOnlySpan<float> alpha, Span<byte> row)
    {
        var (all, count) = (layout.Channels, layout.ColourChannels);
        for (var c = 0; c < count; c++)
        {
            Write(layout, colours[c..], count, row, c);
        }

        if (all > count)
        {
            Write(layout, alpha, 1, row, count);
        }
    }

    private static void Read(PixelImage image, int y, int channel, int step, Span<float> row, int rowStep)
    {
        var samples = image.Row(y);
        if (image.BitDepth == 8)
        {
            for (int i = channel, o = 0; i < samples.Length; i += step, o += rowStep)
            {
                row[o] = samples[i] / Max8;
            }

            return;
        }

        var wide = MemoryMarshal.Cast<byte, ushort>(samples);
        for (int i = channel, o = 0; i < wide.Length; i += step, o += rowStep)
        {
            row[o] = wide[i] / Max16;
        }
    }

    private static void Write(PixelLayout layout, ReadOnlySpan<float> samples, int step, Span<byte> row, int channel)
    {
        if (layout.BitDepth == 8)
        {
            for (int i = 0, o = channel; o < row.Length; i += step, o += layout.Channels)
            {
                row[o] = (byte)((Math.Clamp(samples[i], 0, 1) * Max8) + 0.5f);
            }

            return;
        }

        var wide = MemoryMarshal.Cast<byte, ushort>(row);
        for (int i = 0, o = channel; o < wide.Length; i += step, o += layout.Channels)
        {
            wide[o] = (ushort)((Math.Clamp(samples[i], 0, 1) * Max16) + 0.5f);
        }
    }
}
