using System.Numerics;
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
        if (all == colours)
        {
            ReadAll(image.Row(y), image.BitDepth, row);
            return;
        }

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
        if (all == count)
        {
            WriteAll(layout.BitDepth, colours, row);
            return;
        }

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

    // Without alpha, samples lie in the row as they do in the picture. What is left over is too short for a vector.
    private static void ReadAll(ReadOnlySpan<byte> samples, int bitDepth, Span<float> row)
    {
        var i = 0;
        if (bitDepth == 8)
        {
            var scale = new Vector<float>(Max8);
            for (; i + Vector<byte>.Count <= samples.Length; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(samples[i..]), out var low, out var high);
                Spread(low, scale, row[i..]);
                Spread(high, scale, row[(i + Vector<ushort>.Count)..]);
            }

            for (; i < samples.Length; i++)
            {
                row[i] = samples[i] / Max8;
            }

            return;
        }

        var wide = MemoryMarshal.Cast<byte, ushort>(samples);
        for (; i + Vector<ushort>.Count <= wide.Length; i += Vector<ushort>.Count)
        {
            Spread(new Vector<ushort>(wide[i..]), new Vector<float>(Max16), row[i..]);
        }

        for (; i < wide.Length; i++)
        {
            row[i] = wide[i] / Max16;
        }
    }

    private static void Spread(Vector<ushort> samples, Vector<float> max, Span<float> row)
    {
        Vector.Widen(samples, out var low, out var high);
        (Vector.ConvertToSingle(Vector.AsVectorInt32(low)) / max).CopyTo(row);
        (Vector.ConvertToSingle(Vector.AsVectorInt32(high)) / max).CopyTo(row[Vector<float>.Count..]);
    }

    private static void WriteAll(int bitDepth, ReadOnlySpan<float> samples, Span<byte> row)
    {
        var i = 0;
        if (bitDepth == 8)
        {
            for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
            {
                var low = Round(samples[i..], Max8);
                var high = Round(samples[(i + Vector<ushort>.Count)..], Max8);
                Vector.Narrow(low, high).CopyTo(row[i..]);
            }

            for (; i < row.Length; i++)
            {
                row[i] = (byte)((Math.Clamp(samples[i], 0, 1) * Max8) + 0.5f);
            }

            return;
        }

        var wide = MemoryMarshal.Cast<byte, ushort>(row);
        for (; i + Vector<ushort>.Count <= wide.Length; i += Vector<ushort>.Count)
        {
            Round(samples[i..], Max16).CopyTo(wide[i..]);
        }

        for (; i < wide.Length; i++)
        {
            wide[i] = (ushort)((Math.Clamp(samples[i], 0, 1) * Max16) + 0.5f);
        }
    }

    private static Vector<ushort> Round(ReadOnlySpan<float> samples, float max)
    {
        var low = Round(new Vector<float>(samples), max);
        return Vector.Narrow(low, Round(new Vector<float>(samples[Vector<float>.Count..]), max));
    }

    private static Vector<uint> Round(Vector<float> samples, float max)
    {
        var clamped = Vector.MinNative(Vector.MaxNative(samples, Vector<float>.Zero), Vector<float>.One);
        var levels = (clamped * new Vector<float>(max)) + new Vector<float>(0.5f);
        return Vector.AsVectorUInt32(Vector.ConvertToInt32Native(levels));
    }
}
