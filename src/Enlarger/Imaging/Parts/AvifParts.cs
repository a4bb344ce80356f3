using System.Buffers.Binary;

namespace Enlarger.Imaging.Parts;

/// <summary>
/// Counts items and the tiles of grids of an AVIF file (ISO/IEC 14496-12, 8.11, and ISO/IEC 23008-12, 6.6). A grid may
/// name the same tile any number of times, and each is decoded.
/// </summary>
internal static class AvifParts
{
    // The largest picture that is read has 2048 tiles of 256x256 pixels; encoders make them larger than that.
    private const int TilesMax = 4096;

    // Each tile can have an item for its colours and one for its alpha; thumbnails and metadata are a handful.
    private const int ItemsMax = 2 * TilesMax + 64;

    // "meta", "iinf" and "iref" begin with a version and flags.
    private const int VersionBytes = 4;

    /// <exception cref="ImageException"><see cref="ImageFault.TooComplex"/>.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        while (Box.Next(ref file) is { IsNone: false } box)
        {
            if (box.Is("meta"u8) && box.Content.Length > VersionBytes)
            {
                CheckMeta(box.Content[VersionBytes..]);
            }
        }
    }

    private static void CheckMeta(ReadOnlySpan<byte> meta)
    {
        while (Box.Next(ref meta) is { IsNone: false } box)
        {
            if (box.Content.Length < VersionBytes + sizeof(uint))
            {
                continue;
            }

            // The first version of both has numbers of 16 bits.
            var body = box.Content[VersionBytes..];
            var isShort = box.Content[0] == 0;
            if (box.Is("iinf"u8))
            {
                long items = isShort
                    ? BinaryPrimitives.ReadUInt16BigEndian(body)
                    : BinaryPrimitives.ReadUInt32BigEndian(body);
                PictureParts.Limit(items, ItemsMax, ImageFormat.Avif, "items");
            }
            else if (box.Is("iref"u8))
            {
                CheckReferences(body, isShort ? sizeof(ushort) : sizeof(uint));
            }
        }
    }

    private static void CheckReferences(ReadOnlySpan<byte> references, int idBytes)
    {
        var tiles = 0;
        while (Box.Next(ref references) is { IsNone: false } box)
        {
            // What a derived picture is made of: the item's own number, how many there are, and theirs.
            if (box.Is("dimg"u8) && box.Content.Length >= idBytes + 2)
            {
                tiles += BinaryPrimitives.ReadUInt16BigEndian(box.Content[idBytes..]);
                PictureParts.Limit(tiles, TilesMax, ImageFormat.Avif, "tiles");
            }
        }
    }

    private readonly ref struct Box(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        private readonly ReadOnlySpan<byte> _type = type;

        public ReadOnlySpan<byte> Content { get; } = content;

        public bool IsNone => _type.IsEmpty;

        public bool Is(ReadOnlySpan<byte> type) => _type.SequenceEqual(type);

        /// <summary>Takes the first box off <paramref name="bytes"/>; none where they are not one.</summary>
        public static Box Next(ref ReadOnlySpan<byte> bytes)
        {
            const int HeadBytes = 8;
            const int LongHeadBytes = 16;
            if (bytes.Length < HeadBytes)
            {
                return default;
            }

            ulong size = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            var head = size == 1 ? LongHeadBytes : HeadBytes;
            if (bytes.Length < head)
            {
                return default;
            }

            size = size switch
            {
                // To the end of what it lies in.
                0 => (ulong)bytes.Length,
                1 => BinaryPrimitives.ReadUInt64BigEndian(bytes[HeadBytes..]),
                _ => size,
            };
            if (size < (ulong)head)
            {
                return default;
            }

            var end = (int)Math.Min(size, (ulong)bytes.Length);
            var box = new Box(bytes[4..8], bytes[head..end]);
            bytes = bytes[end..];
            return box;
        }
    }
}
