using System.Buffers.Binary;

namespace Enlarger.Imaging.Colour;

/// <summary>The colour boxes of AVIF (ISO/IEC 14496-12, 12.1.5, and ISO/IEC 23008-12, 6.5.5).</summary>
internal static class AvifColour
{
    private const int HeadBytes = 8;

    // "meta", "pitm" and "ipma" begin with a version and flags.
    private const int VersionBytes = 4;

    // Its type, primaries, transfer and matrix, and a byte with the range.
    private const int NclxBytes = 11;

    /// <summary>What the picture's nclx box says; null where it has none. A profile counts more.</summary>
    public static ColourLabel? Find(ReadOnlySpan<byte> file) =>
        FindNclx(file) is { } at
        && BinaryPrimitives.ReadUInt16BigEndian(file[(at + 4)..]) is <= byte.MaxValue and var primaries
        && BinaryPrimitives.ReadUInt16BigEndian(file[(at + 6)..]) is <= byte.MaxValue and var transfer
            ? ColourLabel.Of(new CodePoints((byte)primaries, (byte)transfer), beforeProfile: false)
            : null;

    /// <summary>The file with these primaries and transfer in the nclx box of its picture.</summary>
    public static byte[] With(byte[] file, CodePoints codes)
    {
        // Some versions of the encoder write the box, others leave it out for sRGB.
        if (FindNclx(file) is not { } at)
        {
            return AvifLabel.Insert(file, codes);
        }

        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 4), codes.Primaries);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 6), codes.Transfer);
        return file;
    }

    /// <summary>The number of the item that is the picture; null where the file does not say.</summary>
    public static long? PrimaryItem(ReadOnlySpan<byte> file, Range meta)
    {
        if (Inside(file, "pitm"u8, VersionBytes + 2, meta) is not { } content)
        {
            return null;
        }

        var start = content.Start.Value;
        var isShort = file[start - VersionBytes - 2] == 0 || file.Length < start + 2;
        return isShort
            ? BinaryPrimitives.ReadUInt16BigEndian(file[(start - 2)..])
            : BinaryPrimitives.ReadUInt32BigEndian(file[(start - 2)..]);
    }

    // Where the nclx data of the primary item begins.
    private static int? FindNclx(ReadOnlySpan<byte> file)
    {
        if (Inside(file, "meta"u8, VersionBytes) is not { } meta
            || Inside(file, "iprp"u8, 0, meta) is not { } properties
            || Inside(file, "ipco"u8, 0, properties) is not { } list
            || PrimaryItem(file, meta) is not { } item
            || Inside(file, "ipma"u8, 0, properties) is not { } associations)
        {
            return null;
        }

        var boxes = Boxes(file, list);
        foreach (var index in Associated(file[associations], item))
        {
            if (index >= 1 && index <= boxes.Count && IsNclx(file, boxes[index - 1].Content))
            {
                return boxes[index - 1].Content.Start.Value;
            }
        }

        return null;
    }

    private static bool IsNclx(ReadOnlySpan<byte> file, Range content) =>
        file[(content.Start.Value - 4)..].StartsWith("colr"u8)
        && content.End.Value - content.Start.Value >= NclxBytes
        && file[content].StartsWith("nclx"u8);

    // The properties of an item, as numbers from 1 in the list of all.
    private static List<int> Associated(ReadOnlySpan<byte> data, long item)
    {
        List<int> indices = [];
        if (data.Length < VersionBytes + 4)
        {
            return indices;
        }

        var (idBytes, indexBytes) = (data[0] == 0 ? 2 : 4, (data[3] & 1) == 0 ? 1 : 2);
        var count = BinaryPrimitives.ReadUInt32BigEndian(data[VersionBytes..]);
        var at = VersionBytes + 4;
        for (uint i = 0; i < count && at + idBytes + 1 <= data.Length; i++)
        {
            long id = idBytes == 2
                ? BinaryPrimitives.ReadUInt16BigEndian(data[at..])
                : BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
            var properties = data[at + idBytes];
            at += idBytes + 1;
            for (var j = 0; j < properties && at + indexBytes <= data.Length; j++, at += indexBytes)
            {
                if (id == item)
                {
                    // The highest bit says whether it is essential.
                    indices.Add(indexBytes == 1
                        ? data[at] & 0x7F
                        : BinaryPrimitives.ReadUInt16BigEndian(data[at..]) & 0x7FFF);
                }
            }
        }

        return indices;
    }

    /// <summary>The content of the first box of a type, without its first bytes; null where there is none.</summary>
    public static Range? Inside(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type, int skip, Range? parent = null)
    {
        foreach (var (at, content) in Boxes(file, parent ?? Range.All))
        {
            if (file.Slice(at + 4, 4).SequenceEqual(type) && content.End.Value - content.Start.Value >= skip)
            {
                return (content.Start.Value + skip)..content.End;
            }
        }

        return null;
    }

    /// <summary>The boxes in a part of the file, up to the first that is damaged.</summary>
    public static List<(int At, Range Content)> Boxes(ReadOnlySpan<byte> file, Range parent)
    {
        List<(int At, Range Content)> boxes = [];
        var (start, length) = parent.GetOffsetAndLength(file.Length);
        var end = start + length;
        for (var at = start; at + HeadBytes <= end;)
        {
            // 0 reaches to the end, and 1 has a length of 64 bits behind the type, which only pixels need.
            long size = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var head = HeadBytes;
            if (size == 1 && at + HeadBytes + 8 <= end)
            {
                size = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(file[(at + HeadBytes)..]), int.MaxValue);
                head += 8;
            }

            size = size == 0 ? end - at : size;
            if (size < head || size > end - at)
            {
                break;
            }

            boxes.Add((at, (at + head)..(int)(at + size)));
            at += (int)size;
        }

        return boxes;
    }
}
