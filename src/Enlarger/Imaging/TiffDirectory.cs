using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>An entry of a directory whose value lies inside of the structure.</summary>
/// <param name="Tag">What it tells.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="At">Where the entry is.</param>
/// <param name="ValueAt">Where its values are: in the entry, where they fit.</param>
/// <param name="ValueBytes">The bytes of all values.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TiffEntry(ushort Tag, ushort Type, int At, int ValueAt, int ValueBytes);

/// <summary>
/// The directories of a TIFF structure (TIFF 6.0, section 2; BigTIFF), which EXIF blocks are as well. Offsets are from
/// the start of the structure. Nothing is trusted: what lies outside of the bytes is not there.
/// </summary>
internal static class TiffDirectory
{
    private const ushort NewSubfileType = 254;
    private const ushort DngVersion = 50706;
    private const uint ReducedResolution = 1;

    private const ushort ShortType = 3;
    private const ushort LongType = 4;

    /// <summary>Refuses raw camera pictures: their first directory is a preview, which nobody wants.</summary>
    /// <exception cref="ImageException">It is one.</exception>
    public static void RefuseRaw(ReadOnlySpan<byte> tiff)
    {
        var isPreview = FindNumber(tiff, NewSubfileType) is { } kind && (kind & ReducedResolution) != 0;
        if (isPreview || Find(tiff, DngVersion) is not null)
        {
            throw new ImageException(ImageFault.Unsupported, "Raw camera pictures are not read.");
        }
    }

    /// <summary>Whether <paramref name="bytes"/> begin like a TIFF structure with offsets of 32 bits.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> bytes) => TiffForm.Of(bytes) is { IsBig: false };

    /// <summary>Where the first directory is; null where there is none.</summary>
    public static long? First(ReadOnlySpan<byte> tiff)
    {
        if (TiffForm.Of(tiff) is not { } form)
        {
            return null;
        }

        var at = form.ReadOffset(tiff[form.FirstDirectoryOffset..]);
        return at >= form.HeaderBytes && at <= tiff.Length - form.CountBytes ? at : null;
    }

    /// <summary>The entries of the directory at an offset, in their order.</summary>
    public static List<TiffEntry> Entries(ReadOnlySpan<byte> tiff, long? directory)
    {
        List<TiffEntry> entries = [];
        if (TiffForm.Of(tiff) is not { } form
            || directory is not { } start
            || start < form.HeaderBytes
            || start > tiff.Length - form.CountBytes)
        {
            return entries;
        }

        var count = Math.Min(form.ReadCount(tiff[(int)start..]), ushort.MaxValue);
        var at = start + form.CountBytes;
        for (; count > 0 && at + form.EntryBytes <= tiff.Length; at += form.EntryBytes, count--)
        {
            if (ReadEntry(tiff, form, (int)at) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>The first entry of a tag in the first directory; null where there is none.</summary>
    public static TiffEntry? Find(ReadOnlySpan<byte> tiff, ushort tag) => Find(Entries(tiff, First(tiff)), tag);

    /// <summary>The first entry of a tag; null where there is none.</summary>
    public static TiffEntry? Find(List<TiffEntry> entries, ushort tag)
    {
        foreach (var entry in entries)
        {
            if (entry.Tag == tag)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The bytes of a tag's value in the first directory; empty where there is none.</summary>
    public static ReadOnlySpan<byte> FindBytes(ReadOnlySpan<byte> tiff, ushort tag) =>
        Find(tiff, tag) is { } entry ? tiff.Slice(entry.ValueAt, entry.ValueBytes) : [];

    /// <summary>The first RATIONAL of a tag in the first directory; null where there is none.</summary>
    public static double? FindRational(ReadOnlySpan<byte> tiff, ushort tag)
    {
        const int rationalBytes = 8;
        var value = FindBytes(tiff, tag);
        if (value.Length < rationalBytes || TiffForm.Of(tiff) is not { } form)
        {
            return null;
        }

        var divisor = form.ReadUInt32(value[4..]);
        return divisor == 0 ? null : (double)form.ReadUInt32(value) / divisor;
    }

    /// <summary>The SHORT or LONG of a tag in the first directory; null where there is none.</summary>
    public static long? FindNumber(ReadOnlySpan<byte> tiff, ushort tag) =>
        Find(tiff, tag) is { } entry ? Number(tiff, entry) : null;

    /// <summary>The SHORT or LONG of an entry; null where it has another type.</summary>
    public static long? Number(ReadOnlySpan<byte> tiff, TiffEntry entry)
    {
        if (TiffForm.Of(tiff) is not { } form)
        {
            return null;
        }

        var value = tiff.Slice(entry.ValueAt, entry.ValueBytes);
        return entry.Type switch
        {
            ShortType when value.Length >= 2 => form.ReadUInt16(value),
            LongType or 13 when value.Length >= 4 => form.ReadUInt32(value),
            16 or 18 when value.Length >= 8 && form.IsBig => form.ReadOffset(value),
            _ => null,
        };
    }

    private static TiffEntry? ReadEntry(ReadOnlySpan<byte> tiff, TiffForm form, int at)
    {
        var type = form.ReadUInt16(tiff[(at + 2)..]);
        var unitBytes = TiffForm.UnitBytes(type);
        var count = form.ReadOffset(tiff[(at + 4)..]);
        if (unitBytes == 0 || count > tiff.Length / unitBytes)
        {
            return null;
        }

        var bytes = (int)count * unitBytes;
        var value = at + form.ValueOffset;
        var start = bytes <= form.OffsetBytes ? value : form.ReadOffset(tiff[value..]);
        return start >= form.HeaderBytes && start <= tiff.Length - bytes
            ? new TiffEntry(form.ReadUInt16(tiff[at..]), type, at, (int)start, bytes)
            : null;
    }
}
