using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>
/// The first directory of a TIFF structure (TIFF 6.0, section 2), which EXIF blocks are as well. Offsets are from the
/// start of the structure. Nothing is trusted: what lies outside of the bytes is not there.
/// </summary>
internal static class TiffDirectory
{
    private const int HeaderBytes = 8;
    private const int EntryBytes = 12;
    private const ushort NewSubfileType = 254;
    private const ushort DngVersion = 50706;
    private const uint ReducedResolution = 1;

    // Types of values; the others are not asked for.
    private const ushort ByteType = 1;
    private const ushort AsciiType = 2;
    private const ushort LongType = 4;
    private const ushort RationalType = 5;
    private const ushort UndefinedType = 7;

    /// <summary>Refuses raw camera pictures: their first directory is a preview, which nobody wants.</summary>
    /// <exception cref="ImageException">It is one.</exception>
    public static void RefuseRaw(ReadOnlySpan<byte> tiff)
    {
        var isPreview = Find(tiff, NewSubfileType) is { } entry
            && (ReadUInt32(tiff, entry + 8) & ReducedResolution) != 0;
        if (isPreview || Find(tiff, DngVersion) is not null)
        {
            throw new ImageException(ImageFault.Unsupported, "Raw camera pictures are not read.");
        }
    }

    /// <summary>Whether <paramref name="bytes"/> begin like a TIFF structure.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes && (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8));

    /// <summary>The offset of the entry of <paramref name="tag"/>; null where there is none, or no directory.</summary>
    public static int? Find(ReadOnlySpan<byte> tiff, ushort tag)
    {
        if (!IsTiff(tiff))
        {
            return null;
        }

        long directory = ReadUInt32(tiff, 4);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        var count = ReadUInt16(tiff, (int)directory);
        for (var at = directory + 2; at + EntryBytes <= tiff.Length && count > 0; at += EntryBytes, count--)
        {
            if (ReadUInt16(tiff, (int)at) == tag)
            {
                return (int)at;
            }
        }

        return null;
    }

    /// <summary>The bytes of a tag's value; empty where there is none.</summary>
    public static ReadOnlySpan<byte> FindBytes(ReadOnlySpan<byte> tiff, ushort tag)
    {
        if (Find(tiff, tag) is not { } entry)
        {
            return [];
        }

        var unitBytes = ReadUInt16(tiff, entry + 2) switch
        {
            ByteType or AsciiType or UndefinedType => 1,
            LongType => 4,
            RationalType => 8,
            _ => 0,
        };
        var bytes = ReadUInt32(tiff, entry + 4) * (long)unitBytes;
        long start = bytes <= 4 ? entry + 8 : ReadUInt32(tiff, entry + 8);
        return start + bytes <= tiff.Length ? tiff.Slice((int)start, (int)bytes) : [];
    }

    /// <summary>The first RATIONAL of a tag; null where there is none.</summary>
    public static double? FindRational(ReadOnlySpan<byte> tiff, ushort tag)
    {
        const int rationalBytes = 8;
        var value = FindBytes(tiff, tag);
        if (value.Length < rationalBytes)
        {
            return null;
        }

        var isLittle = IsLittleEndian(tiff);
        var divisor = ReadUInt32(value, 4, isLittle);
        return divisor == 0 ? null : (double)ReadUInt32(value, 0, isLittle) / divisor;
    }

    /// <summary>The SHORT in the value field of a tag; null where there is none.</summary>
    public static int? FindUInt16(ReadOnlySpan<byte> tiff, ushort tag) =>
        Find(tiff, tag) is { } entry ? ReadUInt16(tiff, entry + 8) : null;

    /// <summary>Writes a SHORT into the value field of a tag, if it is there.</summary>
    public static void SetUInt16(Span<byte> tiff, ushort tag, ushort value)
    {
        if (Find(tiff, tag) is not { } entry)
        {
            return;
        }

        if (IsLittleEndian(tiff))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(tiff[(entry + 8)..], value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(tiff[(entry + 8)..], value);
        }
    }

    /// <summary>Cuts off the second directory, which in EXIF describes the thumbnail.</summary>
    public static void CutAfterFirst(Span<byte> tiff)
    {
        if (!IsTiff(tiff))
        {
            return;
        }

        long directory = ReadUInt32(tiff, 4);
        if (directory > tiff.Length - 2)
        {
            return;
        }

        var next = directory + 2 + (long)ReadUInt16(tiff, (int)directory) * EntryBytes;
        if (next + 4 <= tiff.Length)
        {
            tiff.Slice((int)next, 4).Clear();
        }
    }

    private static bool IsLittleEndian(ReadOnlySpan<byte> tiff) => tiff[0] == 'I';

    private static ushort ReadUInt16(ReadOnlySpan<byte> tiff, int at) =>
        IsLittleEndian(tiff)
            ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);

    private static uint ReadUInt32(ReadOnlySpan<byte> tiff, int at) => ReadUInt32(tiff, at, IsLittleEndian(tiff));

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, int at, bool isLittle) =>
        isLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..])
            : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
