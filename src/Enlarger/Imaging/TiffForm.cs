using System.Runtime.InteropServices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging;

/// <summary>
/// How the numbers of a TIFF structure are stored: in which byte order, and whether offsets have 32 bits (TIFF 6.0) or
/// 64 (BigTIFF).
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TiffForm(bool IsLittleEndian, bool IsBig)
{
    /// <summary>Bytes before the first directory can begin.</summary>
    public int HeaderBytes => IsBig ? 16 : 8;

    /// <summary>Bytes of an entry of a directory.</summary>
    public int EntryBytes => IsBig ? 20 : 12;

    /// <summary>Bytes of the number of entries.</summary>
    public int CountBytes => IsBig ? 8 : 2;

    /// <summary>Bytes of an offset, and of a value that is stored in its entry.</summary>
    public int OffsetBytes => IsBig ? 8 : 4;

    /// <summary>Where in an entry its value or the offset of it is.</summary>
    public int ValueOffset => IsBig ? 12 : 8;

    /// <summary>Where in the header the offset of the first directory is.</summary>
    public int FirstDirectoryOffset => IsBig ? 8 : 4;

    /// <summary>The form of a structure that begins with these bytes; null where they begin none.</summary>
    public static TiffForm? Of(ReadOnlySpan<byte> start)
    {
        if (start.Length >= 8 && (start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8)))
        {
            return new TiffForm(start[0] == 'I', IsBig: false);
        }

        // After the mark: eight bytes an offset, and two bytes of zeros.
        if (start.Length >= 16 && (start.StartsWith("II+\0\b\0\0\0"u8) || start.StartsWith("MM\0+\0\b\0\0"u8)))
        {
            return new TiffForm(start[0] == 'I', IsBig: true);
        }

        return null;
    }

    /// <summary>The bytes of one value of a type; 0 where there is no such type.</summary>
    public static int UnitBytes(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };

    public ushort ReadUInt16(ReadOnlySpan<byte> bytes) =>
        IsLittleEndian ? ReadUInt16LittleEndian(bytes) : ReadUInt16BigEndian(bytes);

    public uint ReadUInt32(ReadOnlySpan<byte> bytes) =>
        IsLittleEndian ? ReadUInt32LittleEndian(bytes) : ReadUInt32BigEndian(bytes);

    /// <summary>Reads a number of as many bits as offsets have; those above 2^63 become the largest long.</summary>
    public long ReadOffset(ReadOnlySpan<byte> bytes)
    {
        if (!IsBig)
        {
            return ReadUInt32(bytes);
        }

        var number = IsLittleEndian ? ReadUInt64LittleEndian(bytes) : ReadUInt64BigEndian(bytes);
        return (long)Math.Min(number, long.MaxValue);
    }

    /// <summary>The number of entries at the start of a directory.</summary>
    public long ReadCount(ReadOnlySpan<byte> bytes) => IsBig ? ReadOffset(bytes) : ReadUInt16(bytes);

    public void WriteUInt16(Span<byte> bytes, ushort number)
    {
        if (IsLittleEndian)
        {
            WriteUInt16LittleEndian(bytes, number);
        }
        else
        {
            WriteUInt16BigEndian(bytes, number);
        }
    }

    public void WriteUInt32(Span<byte> bytes, uint number)
    {
        if (IsLittleEndian)
        {
            WriteUInt32LittleEndian(bytes, number);
        }
        else
        {
            WriteUInt32BigEndian(bytes, number);
        }
    }

    public void WriteOffset(Span<byte> bytes, long offset)
    {
        if (!IsBig)
        {
            WriteUInt32(bytes, checked((uint)offset));
        }
        else if (IsLittleEndian)
        {
            WriteInt64LittleEndian(bytes, offset);
        }
        else
        {
            WriteInt64BigEndian(bytes, offset);
        }
    }

    public void WriteCount(Span<byte> bytes, int count)
    {
        if (IsBig)
        {
            WriteOffset(bytes, count);
        }
        else
        {
            WriteUInt16(bytes, checked((ushort)count));
        }
    }
}
