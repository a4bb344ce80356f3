using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>The chunks before the pixels of the PNG files that are written.</summary>
internal static class PngHead
{
    private const int SignatureBytes = 8;

    // Length and type before the data, a check sum behind it.
    private const int FrameBytes = 12;

    /// <summary>Puts density, EXIF, XMP and texts before the pixels of the file that libvips writes.</summary>
    public static Stream Before(Stream target, ImageMetadata metadata) =>
        new FileHead(target, Length, head => [.. Kept(head), .. Make(metadata)]);

    private static int? Length(ReadOnlySpan<byte> written)
    {
        foreach (var chunk in Chunks(written))
        {
            if (written[(chunk.Start.Value + 4)..].StartsWith("IDAT"u8))
            {
                return chunk.Start.Value;
            }
        }

        return null;
    }

    // libvips always tells a density, and invents one where there is none.
    private static byte[] Kept(ReadOnlySpan<byte> head)
    {
        using var kept = new MemoryStream();
        kept.Write(head[..SignatureBytes]);
        foreach (var chunk in Chunks(head))
        {
            if (!head[(chunk.Start.Value + 4)..].StartsWith("pHYs"u8))
            {
                kept.Write(head[chunk]);
            }
        }

        return kept.ToArray();
    }

    /// <summary>Where the chunks are; the last may not be whole yet, but its type is there.</summary>
    private static List<Range> Chunks(ReadOnlySpan<byte> written)
    {
        List<Range> chunks = [];
        long at = SignatureBytes;
        while (at + FrameBytes <= written.Length)
        {
            var next = at + FrameBytes + BinaryPrimitives.ReadUInt32BigEndian(written[(int)at..]);
            chunks.Add((int)at..(int)Math.Min(next, written.Length));
            at = next;
        }

        return chunks;
    }

    private static byte[] Make(ImageMetadata metadata)
    {
        using var chunks = new MemoryStream();
        if (metadata.Density is { } density)
        {
            AddDensity(chunks, density);
        }

        if (metadata.Exif is { } exif)
        {
            Add(chunks, "eXIf"u8, exif.Span[ExifBlock.Mark.Length..]);
        }

        if (metadata.Xmp is { } xmp)
        {
            // Not compressed, and neither language nor translated keyword.
            Add(chunks, "iTXt"u8, [.. PngChunks.XmpKeyword, 0, 0, 0, 0, .. xmp.Span]);
        }

        if (metadata.PngTexts is { } texts)
        {
            chunks.Write(texts.Span);
        }

        return chunks.ToArray();
    }

    private static void AddDensity(MemoryStream chunks, PixelDensity density)
    {
        const byte unitNone = 0;
        const byte unitMetre = 1;
        Span<byte> data = stackalloc byte[9];
        var (across, down) = density.HasNoUnit ? Ratio(density) : density.Metres;
        BinaryPrimitives.WriteInt32BigEndian(data, across);
        BinaryPrimitives.WriteInt32BigEndian(data[4..], down);
        data[8] = density.HasNoUnit ? unitNone : unitMetre;
        Add(chunks, "pHYs"u8, data);
    }

    // Whole numbers stay; of fractions only the ratio counts.
    private static (int Across, int Down) Ratio(PixelDensity density)
    {
        const double large = 1_000_000;
        var largest = Math.Max(density.Across, density.Down);
        var isWhole = density.Across % 1 == 0 && density.Down % 1 == 0 && largest <= int.MaxValue;
        var factor = isWhole ? 1 : large / largest;
        return ((int)Math.Round(density.Across * factor), (int)Math.Round(density.Down * factor));
    }

    private static void Add(MemoryStream chunks, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        var sum = Crc32.Of(chunk.AsSpan(4, data.Length + 4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), sum);
        chunks.Write(chunk);
    }
}
