using System.Buffers.Binary;

namespace Enlarger.Imaging.Colour;

/// <summary>
/// Adds an nclx box to an AVIF file: the box itself, its number among the properties of the primary item, and the
/// places of all data, which move by as much.
/// </summary>
internal static class AvifLabel
{
    private const int HeadBytes = 8;
    private const int VersionBytes = 4;

    // BT.601, which the encoder uses for every picture.
    private const byte Matrix = 6;
    private const byte FullRange = 0x80;

    /// <summary>The file with the box; the file as it is where it is not built as libheif builds it.</summary>
    public static byte[] Insert(byte[] file, CodePoints codes)
    {
        if (AvifColour.Inside(file, "meta"u8, VersionBytes) is not { } meta
            || AvifColour.Inside(file, "iprp"u8, 0, meta) is not { } properties
            || AvifColour.Inside(file, "ipco"u8, 0, properties) is not { } list
            || AvifColour.Inside(file, "ipma"u8, VersionBytes, properties) is not { } associations
            || AvifColour.Inside(file, "iloc"u8, VersionBytes, meta) is not { } places
            || AvifColour.PrimaryItem(file, meta) is not { } item
            || EntryOf(file, associations, item) is not { } entry)
        {
            return file;
        }

        byte[] box = [0, 0, 0, 19, .. "colrnclx"u8, 0, codes.Primaries, 0, codes.Transfer, 0, Matrix, FullRange];
        var number = AvifColour.Boxes(file, list).Count + 1;
        byte[] index = IsWide(file, associations) ? [(byte)(number >> 8), (byte)number] : [(byte)number];
        var delta = box.Length + index.Length;
        var changed = (byte[])file.Clone();
        changed[entry.Count]++;
        Grow(changed, meta.Start.Value - VersionBytes - HeadBytes, delta);
        Grow(changed, properties.Start.Value - HeadBytes, delta);
        Grow(changed, list.Start.Value - HeadBytes, box.Length);
        Grow(changed, associations.Start.Value - VersionBytes - HeadBytes, index.Length);
        Move(changed.AsSpan(), places, delta);

        // The list of properties stands before their associations.
        var (first, second) = (list.End.Value, entry.End);
        return first <= second
            ? [.. changed[..first], .. box, .. changed[first..second], .. index, .. changed[second..]]
            : file;
    }

    private static bool IsWide(ReadOnlySpan<byte> file, Range associations) =>
        (file[associations.Start.Value - 1] & 1) != 0;

    // Where the count of an item's associations is, and where they end.
    private static (int Count, int End)? EntryOf(ReadOnlySpan<byte> file, Range associations, long item)
    {
        var data = file[associations];
        var idBytes = file[associations.Start.Value - VersionBytes] == 0 ? 2 : 4;
        var indexBytes = IsWide(file, associations) ? 2 : 1;
        if (data.Length < 4)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt32BigEndian(data);
        var at = 4;
        for (uint i = 0; i < count && at + idBytes + 1 <= data.Length; i++)
        {
            long id = idBytes == 2
                ? BinaryPrimitives.ReadUInt16BigEndian(data[at..])
                : BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
            var countAt = at + idBytes;
            at = countAt + 1 + (data[countAt] * indexBytes);
            if (id == item && at <= data.Length && data[countAt] < byte.MaxValue)
            {
                return (associations.Start.Value + countAt, associations.Start.Value + at);
            }
        }

        return null;
    }

    private static void Grow(Span<byte> file, int box, int bytes) =>
        BinaryPrimitives.WriteUInt32BigEndian(
            file[box..], BinaryPrimitives.ReadUInt32BigEndian(file[box..]) + (uint)bytes);

    // ISO/IEC 14496-12, 8.11.3. Data in the file itself move; those in the box "idat" stay in their place.
    private static void Move(Span<byte> file, Range places, int delta)
    {
        var version = file[places.Start.Value - VersionBytes];
        var data = file[places];
        var (offsetBytes, lengthBytes) = (data[0] >> 4, data[0] & 15);
        var (baseBytes, indexBytes) = (data[1] >> 4, version == 0 ? 0 : data[1] & 15);
        var idBytes = version < 2 ? 2 : 4;
        var at = 2 + idBytes;
        var items = idBytes == 2
            ? BinaryPrimitives.ReadUInt16BigEndian(data[2..])
            : BinaryPrimitives.ReadUInt32BigEndian(data[2..]);
        for (uint i = 0; i < items; i++)
        {
            at += idBytes;
            var isInFile = version == 0 || (data[at + 1] & 15) == 0;
            at += (version == 0 ? 0 : 2) + 2;
            var hasBase = baseBytes > 0;
            if (isInFile && hasBase)
            {
                Add(data.Slice(at, baseBytes), delta);
            }

            at += baseBytes;
            var extents = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            at += 2;
            for (var j = 0; j < extents; j++)
            {
                at += indexBytes;
                if (isInFile && !hasBase)
                {
                    Add(data.Slice(at, offsetBytes), delta);
                }

                at += offsetBytes + lengthBytes;
            }
        }
    }

    private static void Add(Span<byte> number, int delta)
    {
        if (number.Length == 8)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, BinaryPrimitives.ReadInt64BigEndian(number) + delta);
        }
        else if (number.Length == 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(number, BinaryPrimitives.ReadUInt32BigEndian(number) + (uint)delta);
        }
    }
}
