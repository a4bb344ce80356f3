using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>
/// The first directory of a TIFF structure (TIFF 6.0, section 2), which EXIF blocks are as well. Offsets are from the
/// start of the structure.
/// </summary>
internal static class TiffDirectory
{
    private const int EntryBytes = 12;
    private const ushort NewSubfileType = 254;
    private const ushort DngVersion = 50706;
    private const uint ReducedResolution = 1;

    /// <summary>Refuses raw camera pictures: their first directory is a preview, which nobody means to enlarge.</summary>
    /// <exception cref="ImageException">It is one.</exception>
    public static void RefuseRaw(ReadOnlySpan<byte> tiff)
    {
        var type = Find(tiff, NewSubfileType);
        if (Find(tiff, DngVersion) is not null
            || (type is { } at && (ReadUInt32(tiff, at + 8) & ReducedResolution) != 0))
        {
            throw new ImageException(ImageFault.Unsupported, "Raw camera pictures are not read.");
        }
    }

    /// <summary>The offset of the entry of <paramref name="tag"/>; null where there is none, or no directory.</summary>
    public static int? Find(ReadOnlySpan<byte> tiff, ushort tag)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return null;
        }

        var directory = ReadUInt32(tiff, 4);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        var count = ReadUInt16(tiff, (int)directory);
        for (var i = 0; i < count; i++)
        {
            var at = directory + 2 + (long)i * EntryBytes;
            if (at + EntryBytes > tiff.Length)
            {
                return null;
            }

            if (ReadUInt16(tiff, (int)at) == tag)
            {
                return (int)at;
            }
        }

        return null;
    }

    /// <summary>Writes a SHORT into the value field of the entry at <paramref name="entry"/>.</summary>
    public static void SetUInt16(Span<byte> tiff, int entry, ushort value)
    {
        if (IsLittleEndian(tiff))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(tiff[(entry + 8)..], value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(tiff[(entry + 8)..], value);
        }
    }

    private static bool IsLittleEndian(ReadOnlySpan<byte> tiff) => tiff[0] == 'I';

    private static ushort ReadUInt16(ReadOnlySpan<byte> tiff, int at) =>
        IsLittleEndian(tiff)
            ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);

    private static uint ReadUInt32(ReadOnlySpan<byte> tiff, int at) =>
        IsLittleEndian(tiff)
            ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[at..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[at..]);
}
