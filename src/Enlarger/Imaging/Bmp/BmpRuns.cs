namespace Enlarger.Imaging.Bmp;

/// <summary>Decodes run lengths, BI_RLE8 and BI_RLE4, into palette indices.</summary>
internal static class BmpRuns
{
    private const int EndOfLine = 0;
    private const int EndOfBitmap = 1;
    private const int Delta = 2;

    /// <summary>Walks through the runs without a picture, so that one is only allocated where it is there.</summary>
    /// <exception cref="ImageException">They end too early or leave the picture.</exception>
    public static void Check(ReadOnlySpan<byte> data, BmpHeader header) => Walk(data, header, []);

    /// <summary>Fills <paramref name="indices"/>, one byte a pixel, top to bottom. Skipped pixels stay.</summary>
    public static void Decode(ReadOnlySpan<byte> data, BmpHeader header, Span<byte> indices) =>
        Walk(data, header, indices);

    private static void Walk(ReadOnlySpan<byte> data, BmpHeader header, Span<byte> indices)
    {
        // Rows come bottom up; y counts from the bottom.
        int x = 0, y = 0, at = 0;
        while (true)
        {
            if (at + 2 > data.Length)
            {
                // Some encoders leave the last mark out.
                if (y >= header.Height || (y == header.Height - 1 && x >= header.Width))
                {
                    return;
                }

                throw BmpHeader.Damaged();
            }

            int count = data[at], value = data[at + 1];
            at += 2;
            if (count > 0)
            {
                FillRun(Row(indices, header, ref count, x, y), (byte)value, header.BitsPerPixel, count);
                x += count;
                continue;
            }

            switch (value)
            {
                case EndOfLine:
                    x = 0;
                    y++;
                    break;
                case EndOfBitmap:
                    return;
                case Delta when at + 2 <= data.Length:
                    x += data[at];
                    y += data[at + 1];
                    at += 2;
                    break;
                case Delta:
                    throw BmpHeader.Damaged();
                default:
                    var bytes = (value * header.BitsPerPixel + 7) / 8;
                    if (at + bytes > data.Length)
                    {
                        throw BmpHeader.Damaged();
                    }

                    count = value;
                    CopyPixels(Row(indices, header, ref count, x, y), data[at..], header.BitsPerPixel, count);
                    x += count;

                    // Literal pixels are padded to 16 bits.
                    at += (bytes + 1) & ~1;
                    break;
            }
        }
    }

    /// <summary>The place of a run, or nothing in a dry walk. A run that leaves its row is cut off.</summary>
    private static Span<byte> Row(Span<byte> indices, BmpHeader header, ref int count, int x, int y)
    {
        if (y >= header.Height)
        {
            throw BmpHeader.Damaged();
        }

        count = Math.Clamp(header.Width - x, 0, count);
        return indices.IsEmpty || count == 0
            ? []
            : indices.Slice((header.Height - 1 - y) * header.Width + x, count);
    }

    private static void FillRun(Span<byte> target, byte value, int bitsPerPixel, int count)
    {
        if (target.IsEmpty)
        {
            return;
        }

        if (bitsPerPixel == 8)
        {
            target.Fill(value);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            target[i] = (byte)((i & 1) == 0 ? value >> 4 : value & 15);
        }
    }

    private static void CopyPixels(Span<byte> target, ReadOnlySpan<byte> data, int bitsPerPixel, int count)
    {
        for (var i = 0; i < count && !target.IsEmpty; i++)
        {
            target[i] = bitsPerPixel == 8 ? data[i] : (byte)((data[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15);
        }
    }
}
