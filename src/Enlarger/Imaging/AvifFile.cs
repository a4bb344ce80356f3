using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging;

/// <summary>What libvips does not tell of AVIF files, or does not write (ISO/IEC 23008-12).</summary>
internal static class AvifFile
{
    // Version and flags of a box begin its content.
    private const int FullBoxBytes = 4;

    /// <summary>Frames of an image sequence; 1 for a still picture.</summary>
    public static int Frames(ReadOnlySpan<byte> file)
    {
        if (IsoBoxes.Find(file, .., "moov") is not { } movie)
        {
            return 1;
        }

        var frames = 1;
        foreach (var track in IsoBoxes.All(file, movie, "trak"u8))
        {
            // Alpha has a track of its own, with as many samples and another handler.
            if (IsoBoxes.Find(file, track, "mdia", "hdlr") is { } handler
                && file[handler] is { Length: >= FullBoxBytes + 8 } kind
                && kind[(FullBoxBytes + 4)..].StartsWith("pict"u8)
                && IsoBoxes.Find(file, track, "mdia", "minf", "stbl", "stsz") is { } sizes
                && file[sizes] is { Length: >= FullBoxBytes + 8 } table)
            {
                var count = ReadUInt32BigEndian(table[(FullBoxBytes + 4)..]);
                frames = Math.Max(frames, (int)Math.Min(count, int.MaxValue));
            }
        }

        return frames;
    }

    /// <summary>Whether there is a gain map: a derived picture of type <c>tmap</c> (ISO 21496-1).</summary>
    public static bool HasGainMap(ReadOnlySpan<byte> file) => FindItem(file, "tmap"u8) is not null;

    /// <summary>Writes a file with another EXIF block in the place of the one that it has.</summary>
    public static void WriteWithExif(Span<byte> file, ReadOnlySpan<byte> exif, Stream target)
    {
        // The block goes behind everything else, so that nothing moves. In front of it: how far its TIFF header is.
        byte[] item = [0, 0, 0, (byte)ExifBlock.Mark.Length, .. exif];
        byte[] box = [0, 0, 0, 0, .. "mdat"u8, .. item];
        WriteInt32BigEndian(box, box.Length);
        if (FindItem(file, "Exif"u8) is not { } id
            || !Relocate(file, id, file.Length + box.Length - item.Length, item.Length))
        {
            throw new InvalidOperationException("The AVIF file has no EXIF item to replace.");
        }

        target.Write(file);
        target.Write(box);
    }

    /// <summary>The number of the first item of a type; null where there is none.</summary>
    private static uint? FindItem(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type)
    {
        if (MetaContent(file) is not { } meta
            || IsoBoxes.Find(file, meta, "iinf") is not { } list
            || file[list] is not { Length: > FullBoxBytes + 2 } content)
        {
            return null;
        }

        var countBytes = content[0] == 0 ? 2 : 4;
        var (start, length) = list.GetOffsetAndLength(file.Length);
        if (length < FullBoxBytes + countBytes)
        {
            return null;
        }

        foreach (var entry in IsoBoxes.All(
            file, (start + FullBoxBytes + countBytes)..(start + length), "infe"u8))
        {
            // Behind number and protection comes the type. Versions before 2 have none.
            var bytes = file[entry];
            var idBytes = bytes is [2, ..] ? 2 : 4;
            if (bytes is [2 or 3, ..]
                && bytes.Length >= FullBoxBytes + idBytes + 6
                && bytes[(FullBoxBytes + idBytes + 2)..].StartsWith(type))
            {
                return idBytes == 2
                    ? ReadUInt16BigEndian(bytes[FullBoxBytes..])
                    : ReadUInt32BigEndian(bytes[FullBoxBytes..]);
            }
        }

        return null;
    }

    private static Range? MetaContent(ReadOnlySpan<byte> file)
    {
        if (IsoBoxes.Find(file, .., "meta") is not { } meta)
        {
            return null;
        }

        var (start, length) = meta.GetOffsetAndLength(file.Length);
        return length < FullBoxBytes ? null : (start + FullBoxBytes)..(start + length);
    }

    /// <summary>Tells another place for an item of one extent; false where it has none that can be told.</summary>
    private static bool Relocate(Span<byte> file, uint id, long offset, int length)
    {
        if (MetaContent(file) is not { } meta || IsoBoxes.Find(file, meta, "iloc") is not { } range)
        {
            return false;
        }

        // The layout is what libheif writes: 16-bit numbers of items, and no extent but the one.
        var table = file[range];
        var version = table[0];
        var (offsetBytes, lengthBytes) = (table[4] >> 4, table[4] & 15);
        var (baseBytes, indexBytes) = (table[5] >> 4, version == 0 ? 0 : table[5] & 15);
        var methodBytes = version == 0 ? 0 : 2;
        if (version > 1 || offsetBytes is not (4 or 8) || lengthBytes is not (4 or 8))
        {
            return false;
        }

        int count = ReadUInt16BigEndian(table[6..]);
        for (var at = 8; count > 0; count--)
        {
            var extents = at + 2 + methodBytes + 2 + baseBytes;
            int extentCount = ReadUInt16BigEndian(table[extents..]);
            if (ReadUInt16BigEndian(table[at..]) == id && extentCount == 1)
            {
                // From the start of the file, and from no other base.
                table.Slice(at + 2, methodBytes).Clear();
                table.Slice(extents - baseBytes, baseBytes).Clear();
                var extent = table[(extents + 2 + indexBytes)..];
                Write(extent[..offsetBytes], offset);
                Write(extent.Slice(offsetBytes, lengthBytes), length);
                return true;
            }

            at = extents + 2 + extentCount * (indexBytes + offsetBytes + lengthBytes);
        }

        return false;
    }

    private static void Write(Span<byte> field, long number)
    {
        if (field.Length == 8)
        {
            WriteInt64BigEndian(field, number);
        }
        else
        {
            WriteUInt32BigEndian(field, checked((uint)number));
        }
    }
}
