namespace Enlarger.Imaging;

/// <summary>A tag outside of any file.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Value">Its values, in little-endian order; of no meaning where there is a directory.</param>
/// <param name="Directory">The tags of the directory that it points to; null for others.</param>
internal sealed record TiffTag(ushort Id, ushort Type, byte[] Value, IReadOnlyList<TiffTag>? Directory = null);

/// <summary>
/// Takes the tags that describe a picture out of a TIFF structure, a file or an EXIF block, and adds them to another.
/// </summary>
internal static class TiffTags
{
    public const ushort Xmp = 700;
    public const ushort Iptc = 33723;
    public const ushort ExifDirectory = 0x8769;
    public const ushort GpsDirectory = 0x8825;
    public const ushort InteropDirectory = 0xA005;
    public const ushort ByteType = 1;
    public const ushort AsciiType = 2;
    public const ushort ShortType = 3;
    public const ushort LongType = 4;
    public const ushort RationalType = 5;
    public const ushort UndefinedType = 7;

    // All values together. Maker notes have up to some hundred kilobytes, and entries may share their bytes: without a
    // limit a small file could ask for gigabytes.
    private const int ValueBytesMax = 4 << 20;

    // The number of entries has 16 bits; this leaves room for those that are added.
    private const int EntriesMax = 60_000;

    // The last type of TIFF 6.0; those above point to directories, or have 64 bits, which EXIF does not know.
    private const ushort DoubleType = 12;
    private const ushort Long8Type = 16;
    private const ushort MakerNote = 0x927C;
    private const ushort UserComment = 0x9286;
    private const int PrivateTagsStart = 32768;

    // The tags below the private ones that tell of the subject, the device and the author.
    private static readonly HashSet<ushort> Descriptive =
    [
        269, // DocumentName
        270, // ImageDescription
        271, // Make
        272, // Model
        285, // PageName
        305, // Software
        306, // DateTime
        315, // Artist
        316, // HostComputer
        0x4746, // Rating
        0x4749, // RatingPercent
    ];

    // Private tags that describe how the samples are stored or where they lie on the earth, hold pictures of the old
    // size, or travel in another way.
    private static readonly HashSet<ushort> NotDescriptive =
    [
        32932, 32953, 32954, 32955, 32956, // Wang annotations, which lie on pixels
        32995, 32996, 32997, 32998, // SGI: matte, data type, depths
        33421, 33422, // colour filter array
        33550, 33918, 33920, 33922, 34264, 34735, 34736, 34737, // GeoTIFF: metres a pixel and points in pixels
        Iptc,
        34377, // Photoshop resources: thumbnail, guides and paths
        34675, // colour profile
        37724, // Photoshop layers
        42112, 42113, // GDAL: statistics of samples
        50838, 50839, // ImageJ: ranges of samples
        0xC4A5, // PrintIM, which JPEG programs keep but which repeats the print size
        0xEA1C, 0xEA1D, // padding, and how far the maker note was moved
    ];

    // DNG and what belongs to it describes how raw samples are developed.
    private const ushort DngFirst = 50706;
    private const ushort DngLast = 52553;

    // Maker notes whose offsets count from their own start, so that they may be moved.
    private static readonly byte[][] MovableMakerNotes =
    [
        [.. "Nikon\0\u0002"u8], [.. "Apple iOS\0"u8], [.. "FUJIFILM"u8], [.. "OLYMPUS\0"u8], [.. "OM SYSTEM\0"u8],
    ];

    /// <summary>The tags of the first directory that describe the picture, and those of EXIF and GPS.</summary>
    public static List<TiffTag> Read(ReadOnlySpan<byte> tiff)
    {
        var budget = ValueBytesMax;
        return ReadDirectory(tiff, TiffDirectory.First(tiff), parent: 0, ref budget);
    }

    /// <summary>
    /// Gives the structure in <paramref name="structure"/> a new first directory with these tags as well; those that
    /// it has already are replaced, and directories added to. It is appended, so that nothing else moves.
    /// </summary>
    public static void Add(Stream structure, IEnumerable<TiffTag> tags)
    {
        var header = new byte[Math.Min(16, structure.Length)];
        structure.Position = 0;
        structure.ReadExactly(header);
        var form = TiffForm.Of(header) ?? throw new InvalidOperationException("The stream holds no TIFF structure.");
        var first = form.ReadOffset(header.AsSpan(form.FirstDirectoryOffset));
        var (entries, next) = ReadRaw(structure, form, first);
        foreach (var tag in tags)
        {
            entries[tag.Id] = Append(structure, form, tag, entries.GetValueOrDefault(tag.Id));
        }

        var at = AppendDirectory(structure, form, entries, next);
        form.WriteOffset(header.AsSpan(form.FirstDirectoryOffset), at);
        structure.Position = 0;
        structure.Write(header.AsSpan(0, form.HeaderBytes));
        structure.Position = structure.Length;
    }

    private static List<TiffTag> ReadDirectory(ReadOnlySpan<byte> tiff, long? directory, ushort parent, ref int budget)
    {
        List<TiffTag> tags = [];
        HashSet<ushort> seen = [];
        var isLittle = TiffForm.Of(tiff)?.IsLittleEndian ?? true;
        foreach (var entry in TiffDirectory.Entries(tiff, directory))
        {
            if (IsDirectory(entry.Tag, parent))
            {
                if (seen.Add(entry.Tag)
                    && TiffDirectory.Number(tiff, entry) is { } child
                    && ReadDirectory(tiff, child, entry.Tag, ref budget) is { Count: > 0 } children)
                {
                    tags.Add(new TiffTag(entry.Tag, LongType, [], children));
                }
            }
            else if (entry.Tag is not (ExifDirectory or GpsDirectory or InteropDirectory)
                && entry.Type <= DoubleType
                && entry.ValueBytes <= budget
                && (parent != 0 || IsDescriptive(entry.Tag))
                && IsMovable(entry, tiff)
                && seen.Add(entry.Tag))
            {
                budget -= entry.ValueBytes;
                var value = tiff.Slice(entry.ValueAt, entry.ValueBytes).ToArray();
                tags.Add(new TiffTag(entry.Tag, entry.Type, isLittle ? value : Swap(entry.Tag, entry.Type, value)));
            }
        }

        return tags;
    }

    private static bool IsDirectory(ushort tag, ushort parent) => (parent, tag) switch
    {
        (0, ExifDirectory or GpsDirectory) => true,
        (ExifDirectory, InteropDirectory) => true,
        _ => false,
    };

    private static bool IsDescriptive(ushort tag) =>
        Descriptive.Contains(tag)
        || (tag >= PrivateTagsStart && !NotDescriptive.Contains(tag) && tag is < DngFirst or > DngLast);

    private static bool IsMovable(TiffEntry entry, ReadOnlySpan<byte> tiff)
    {
        if (entry.Tag != MakerNote)
        {
            return true;
        }

        foreach (var start in MovableMakerNotes)
        {
            if (tiff.Slice(entry.ValueAt, entry.ValueBytes).StartsWith(start))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Turns values from one byte order into the other, in place.</summary>
    private static byte[] Swap(ushort tag, ushort type, byte[] value)
    {
        // Characters of a Unicode comment have the byte order of the structure (CIPA DC-008, tag UserComment).
        var isUnicode = tag == UserComment && value.AsSpan().StartsWith("UNICODE\0"u8);
        var unitBytes = isUnicode
            ? 2
            : type is RationalType or 10 ? 4 : TiffForm.UnitBytes(type);
        for (var at = isUnicode ? 8 : 0; at + unitBytes <= value.Length; at += unitBytes)
        {
            value.AsSpan(at, unitBytes).Reverse();
        }

        return value;
    }

    private static (SortedDictionary<ushort, byte[]> Entries, byte[] Next) ReadRaw(
        Stream structure, TiffForm form, long directory)
    {
        var entries = new SortedDictionary<ushort, byte[]>();
        var count = new byte[form.CountBytes];
        structure.Position = directory;
        structure.ReadExactly(count);
        for (var left = Math.Min(form.ReadCount(count), EntriesMax); left > 0; left--)
        {
            var entry = new byte[form.EntryBytes];
            if (structure.ReadAtLeast(entry, entry.Length, throwOnEndOfStream: false) < entry.Length)
            {
                break;
            }

            entries.TryAdd(form.ReadUInt16(entry), entry);
        }

        // Some writers leave the offset of the next directory out at the end of a block.
        var next = new byte[form.OffsetBytes];
        return structure.ReadAtLeast(next, next.Length, throwOnEndOfStream: false) < next.Length
            ? (entries, new byte[form.OffsetBytes])
            : (entries, next);
    }

    // What a directory holds already that is added to stays.
    private static byte[] Append(Stream structure, TiffForm form, TiffTag tag, byte[]? old)
    {
        var entry = new byte[form.EntryBytes];
        form.WriteUInt16(entry, tag.Id);
        var type = tag.Directory is null ? tag.Type : form.IsBig ? Long8Type : LongType;
        form.WriteUInt16(entry.AsSpan(2), type);
        var value = entry.AsSpan(form.ValueOffset);
        if (tag.Directory is { } children)
        {
            var at = old is null ? 0 : form.ReadOffset(old.AsSpan(form.ValueOffset));
            var entries = at >= form.HeaderBytes && at <= structure.Length - form.CountBytes
                ? ReadRaw(structure, form, at).Entries
                : [];
            foreach (var child in children)
            {
                entries[child.Id] = Append(structure, form, child, entries.GetValueOrDefault(child.Id));
            }

            form.WriteOffset(entry.AsSpan(4), 1);
            form.WriteOffset(value, AppendDirectory(structure, form, entries, new byte[form.OffsetBytes]));
            return entry;
        }

        form.WriteOffset(entry.AsSpan(4), tag.Value.Length / TiffForm.UnitBytes(tag.Type));
        var bytes = form.IsLittleEndian ? tag.Value : Swap(tag.Id, tag.Type, tag.Value.ToArray());
        if (bytes.Length <= form.OffsetBytes)
        {
            bytes.CopyTo(value);
        }
        else
        {
            form.WriteOffset(value, SeekToEvenEnd(structure));
            structure.Write(bytes);
        }

        return entry;
    }

    private static long AppendDirectory(
        Stream structure, TiffForm form, SortedDictionary<ushort, byte[]> entries, ReadOnlySpan<byte> next)
    {
        var at = SeekToEvenEnd(structure);
        var count = new byte[form.CountBytes];
        form.WriteCount(count, entries.Count);
        structure.Write(count);
        foreach (var entry in entries.Values)
        {
            structure.Write(entry);
        }

        structure.Write(next);
        return at;
    }

    // TIFF wants values and directories at even offsets.
    private static long SeekToEvenEnd(Stream structure)
    {
        structure.Position = structure.Length;
        if (structure.Position % 2 != 0)
        {
            structure.WriteByte(0);
        }

        return structure.Position;
    }
}
