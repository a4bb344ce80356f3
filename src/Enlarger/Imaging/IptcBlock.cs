using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>
/// IPTC blocks: the bare records of the Information Interchange Model. JPEG wraps them in a Photoshop image resource
/// (Adobe Photoshop File Formats Specification, "Image Resource Blocks"), TIFF does not.
/// </summary>
internal static class IptcBlock
{
    private const ushort IptcResource = 0x0404;

    // Type, number, an empty name of two bytes, length.
    private const int ResourceHeadBytes = 12;
    private const byte RecordMark = 0x1C;

    private static ReadOnlySpan<byte> PhotoshopMark => "Photoshop 3.0\0"u8;

    private static ReadOnlySpan<byte> ResourceMark => "8BIM"u8;

    /// <summary>The bare records; null where there are none.</summary>
    public static byte[]? Unwrap(ReadOnlySpan<byte> block)
    {
        if (block.Length > 0 && block[0] == RecordMark)
        {
            return block.ToArray();
        }

        if (!block.StartsWith(PhotoshopMark))
        {
            return null;
        }

        var rest = block[PhotoshopMark.Length..];
        while (rest.Length >= ResourceHeadBytes && rest.StartsWith(ResourceMark))
        {
            var number = BinaryPrimitives.ReadUInt16BigEndian(rest[4..]);

            // The name is a counted text, padded to an even length with its count.
            var data = 6 + ((rest[6] + 2) & ~1) + 4;
            if (data > rest.Length)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(rest[(data - 4)..]);
            if (length > rest.Length - data)
            {
                return null;
            }

            if (number == IptcResource)
            {
                return rest.Slice(data, (int)length).ToArray();
            }

            rest = rest[Math.Min(rest.Length, data + (((int)length + 1) & ~1))..];
        }

        return null;
    }

    /// <summary>The records as a JPEG segment holds them.</summary>
    public static byte[] WrapForJpeg(ReadOnlySpan<byte> records)
    {
        Span<byte> head = stackalloc byte[ResourceHeadBytes];
        head.Clear();
        ResourceMark.CopyTo(head);
        BinaryPrimitives.WriteUInt16BigEndian(head[4..], IptcResource);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], records.Length);
        ReadOnlySpan<byte> padding = [0];
        return [.. PhotoshopMark, .. head, .. records, .. padding[..(records.Length & 1)]];
    }
}
