namespace Enlarger.Imaging;

/// <summary>
/// EXIF blocks (CIPA DC-008): the mark <c>Exif\0\0</c> and a TIFF structure. They are changed in place, so that tags
/// that nobody here knows stay, and maker notes, whose offsets count from the start of the block.
/// </summary>
internal static class ExifBlock
{
    private const ushort ImageWidth = 256;
    private const ushort ImageLength = 257;
    private const ushort Orientation = 274;
    private const ushort XResolution = 282;
    private const ushort YResolution = 283;
    private const ushort ResolutionUnit = 296;
    private const ushort ThumbnailOffset = 513;
    private const ushort ThumbnailLength = 514;
    private const ushort SubjectArea = 0x9214;
    private const ushort PixelXDimension = 0xA002;
    private const ushort PixelYDimension = 0xA003;
    private const ushort FocalPlaneXResolution = 0xA20E;
    private const ushort FocalPlaneYResolution = 0xA20F;
    private const ushort SubjectLocation = 0xA214;
    private const int UnitCentimetre = 3;
    private const int EntryBytes = 12;

    /// <summary>The mark that begins a block.</summary>
    public static ReadOnlySpan<byte> Mark => "Exif\0\0"u8;

    private static ReadOnlySpan<byte> EmptyStructure => "II*\0\b\0\0\0\0\0\0\0\0\0"u8;

    /// <summary>
    /// The block with its mark, which PNG and WebP leave out, with orientation 1 and without places in the picture
    /// where it was turned; null where it is no EXIF.
    /// </summary>
    public static byte[]? Normalise(byte[]? block)
    {
        if (block is null)
        {
            return null;
        }

        block = block.AsSpan().StartsWith(Mark) ? block.ToArray() : [.. Mark, .. block];
        var tiff = block.AsSpan(Mark.Length);
        if (!TiffDirectory.IsTiff(tiff) || TiffDirectory.First(tiff) is null)
        {
            return null;
        }

        if (TiffDirectory.Find(tiff, Orientation) is { } entry)
        {
            // Places of the subject count from the corner of the picture before it is turned.
            if (TiffDirectory.Number(tiff, entry) is >= 2 and <= 8)
            {
                Remove(tiff, SubjectArea);
                Remove(tiff, SubjectLocation);
            }

            SetNumber(tiff, entry, 1);
        }

        return block;
    }

    /// <summary>A block of these tags; null where there are none.</summary>
    public static byte[]? Of(IReadOnlyCollection<TiffTag> tags) => tags.Count == 0 ? null : With(null, tags);

    /// <summary>The tags that describe the picture.</summary>
    public static List<TiffTag> Tags(ReadOnlySpan<byte> block) => TiffTags.Read(block[Mark.Length..]);

    /// <summary>Whether a normalised block has this tag in its first directory.</summary>
    public static bool Has(ReadOnlySpan<byte> block, ushort tag) =>
        TiffDirectory.Find(block[Mark.Length..], tag) is not null;

    /// <summary>The block, or an empty one, with these tags in its first directory as well.</summary>
    public static byte[] With(byte[]? block, IReadOnlyCollection<TiffTag> tags)
    {
        using var structure = new MemoryStream();
        structure.Write(block is null ? EmptyStructure : block.AsSpan(Mark.Length));
        TiffTags.Add(structure, tags);
        return [.. Mark, .. structure.ToArray()];
    }

    /// <summary>
    /// A copy of a normalised block for a picture of another size and density: without its thumbnail, which shows the
    /// picture as it was, and with the sizes, places and resolutions that it tells brought up to date.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="from">The size that it was read with, if that is known.</param>
    /// <param name="to">The size of the result.</param>
    /// <param name="density">The density of the result; null where it is unknown.</param>
    public static byte[] Updated(ReadOnlySpan<byte> block, PixelSize? from, PixelSize to, PixelDensity? density)
    {
        var copy = WithoutThumbnail(block);
        var tiff = copy.AsSpan(Mark.Length);
        var first = TiffDirectory.Entries(tiff, TiffDirectory.First(tiff));
        var exif = ExifEntries(tiff);
        SetSize(tiff, first, ImageWidth, to.Width);
        SetSize(tiff, first, ImageLength, to.Height);
        SetSize(tiff, exif, PixelXDimension, to.Width);
        SetSize(tiff, exif, PixelYDimension, to.Height);
        if (from is { } old)
        {
            var (across, down) = ((double)to.Width / old.Width, (double)to.Height / old.Height);
            ScaleRational(tiff, exif, FocalPlaneXResolution, across);
            ScaleRational(tiff, exif, FocalPlaneYResolution, down);
            ScalePlaces(tiff, SubjectArea, across, down);
            ScalePlaces(tiff, SubjectLocation, across, down);
        }

        var tellsDensity = TiffDirectory.Find(first, XResolution) is not null
            || TiffDirectory.Find(first, YResolution) is not null;
        return tellsDensity && density is { HasNoUnit: false } ? WithDensity(copy, density) : copy;
    }

    /// <summary>The block, or an empty one, that tells this density.</summary>
    public static byte[] WithDensity(byte[]? block, PixelDensity density)
    {
        if (block is not null && Density(block) is { } told && AreClose(told, density))
        {
            return block;
        }

        return With(block, DensityTags(density));
    }

    /// <summary>The tags of a density, as EXIF and TIFF have them.</summary>
    public static TiffTag[] DensityTags(PixelDensity density)
    {
        const int unitNone = 1;
        const int unitInch = 2;
        var (across, down) = density.Inches;
        var unit = unitInch;
        if (density.HasNoUnit)
        {
            (unit, across, down) = (unitNone, density.Across, density.Down);
        }
        else if (!IsWhole(across) && IsWhole(density.Across * 10) && IsWhole(density.Down * 10))
        {
            (unit, across, down) = (UnitCentimetre, density.Across * 10, density.Down * 10);
        }

        return
        [
            new TiffTag(XResolution, TiffTags.RationalType, Rational(across)),
            new TiffTag(YResolution, TiffTags.RationalType, Rational(down)),
            new TiffTag(ResolutionUnit, TiffTags.ShortType, [(byte)unit, 0]),
        ];
    }

    /// <summary>The density that a normalised block tells; null where it tells none.</summary>
    public static PixelDensity? Density(ReadOnlySpan<byte> block) => TiffDensity(block[Mark.Length..]) switch
    {
        // EXIF knows inches and centimetres only, and means inches where it says nothing.
        { HasNoUnit: true } density => PixelDensity.FromInches(density.Across, density.Down),
        var density => density,
    };

    /// <summary>The density that the first directory of a TIFF structure tells; null where it tells none.</summary>
    public static PixelDensity? TiffDensity(ReadOnlySpan<byte> tiff)
    {
        const int unitNone = 1;
        if (TiffDirectory.FindRational(tiff, XResolution) is not { } across
            || TiffDirectory.FindRational(tiff, YResolution) is not { } down
            || across <= 0 || down <= 0)
        {
            return null;
        }

        return TiffDirectory.FindNumber(tiff, ResolutionUnit) switch
        {
            // Square pixels of unknown size, as files say that tell nothing.
            unitNone when (across, down) is (1, 1) => null,
            unitNone => new PixelDensity(across, down) { HasNoUnit = true },
            UnitCentimetre => new PixelDensity(across / 10, down / 10),
            _ => PixelDensity.FromInches(across, down),
        };
    }

    private static byte[] WithoutThumbnail(ReadOnlySpan<byte> block)
    {
        var copy = block.ToArray();
        var tiff = copy.AsSpan(Mark.Length);
        if (TiffForm.Of(tiff) is not { } form || TiffDirectory.First(tiff) is not { } first)
        {
            return copy;
        }

        var link = first + form.CountBytes + form.ReadCount(tiff[(int)first..]) * EntryBytes;
        if (link > tiff.Length - form.OffsetBytes)
        {
            return copy;
        }

        var second = form.ReadOffset(tiff[(int)link..]);
        tiff.Slice((int)link, form.OffsetBytes).Clear();
        var entries = TiffDirectory.Entries(tiff, second);
        if (TiffDirectory.Find(entries, ThumbnailOffset) is not { } offset
            || TiffDirectory.Find(entries, ThumbnailLength) is not { } length
            || TiffDirectory.Number(tiff, offset) is not { } start
            || TiffDirectory.Number(tiff, length) is not { } count
            || start < second + form.CountBytes + entries.Count * EntryBytes
            || start > tiff.Length - count)
        {
            return copy;
        }

        // What lies behind its own directory, as writers do it, can be told from what other tags need.
        tiff.Slice((int)start, (int)count).Clear();
        return start + count == tiff.Length ? copy[..(Mark.Length + (int)start)] : copy;
    }

    private static List<TiffEntry> ExifEntries(ReadOnlySpan<byte> tiff) =>
        TiffDirectory.Entries(tiff, TiffDirectory.FindNumber(tiff, TiffTags.ExifDirectory));

    private static void SetSize(Span<byte> tiff, List<TiffEntry> entries, ushort tag, int pixels)
    {
        if (TiffDirectory.Find(entries, tag) is { } entry)
        {
            SetNumber(tiff, entry, pixels);
        }
    }

    /// <summary>Makes one LONG of an entry, or a SHORT where it is one and the number fits.</summary>
    private static void SetNumber(Span<byte> tiff, TiffEntry entry, int number)
    {
        var form = TiffForm.Of(tiff)!.Value;
        var bytes = tiff.Slice(entry.At, EntryBytes);
        var isShort = entry.Type == TiffTags.ShortType && number <= ushort.MaxValue;
        form.WriteUInt16(bytes[2..], isShort ? TiffTags.ShortType : TiffTags.LongType);
        form.WriteUInt32(bytes[4..], 1);
        bytes[8..].Clear();
        if (isShort)
        {
            form.WriteUInt16(bytes[8..], (ushort)number);
        }
        else
        {
            form.WriteUInt32(bytes[8..], (uint)number);
        }
    }

    private static void ScaleRational(Span<byte> tiff, List<TiffEntry> entries, ushort tag, double factor)
    {
        if (TiffDirectory.Find(entries, tag) is not { Type: TiffTags.RationalType, ValueBytes: 8 } entry)
        {
            return;
        }

        var form = TiffForm.Of(tiff)!.Value;
        var value = tiff.Slice(entry.ValueAt, entry.ValueBytes);
        var divisor = form.ReadUInt32(value[4..]);
        if (divisor != 0)
        {
            var scaled = Rational(form.ReadUInt32(value) / (double)divisor * factor);
            form.WriteUInt32(value, BitConverter.ToUInt32(scaled));
            form.WriteUInt32(value[4..], BitConverter.ToUInt32(scaled, 4));
        }
    }

    /// <summary>Scales x, y and what follows: a diameter, or a width and a height.</summary>
    private static void ScalePlaces(Span<byte> tiff, ushort tag, double across, double down)
    {
        if (TiffDirectory.Find(ExifEntries(tiff), tag) is not { Type: TiffTags.ShortType } entry)
        {
            return;
        }

        var form = TiffForm.Of(tiff)!.Value;
        var value = tiff.Slice(entry.ValueAt, entry.ValueBytes);
        for (var i = 0; i < value.Length; i += 2)
        {
            var place = Math.Round(form.ReadUInt16(value[i..]) * (i % 4 == 0 ? across : down));
            if (place > ushort.MaxValue)
            {
                Remove(tiff, tag);
                return;
            }

            form.WriteUInt16(value[i..], (ushort)place);
        }
    }

    /// <summary>Takes a tag out of the EXIF directory; those behind it move up.</summary>
    private static void Remove(Span<byte> tiff, ushort tag)
    {
        if (TiffDirectory.FindNumber(tiff, TiffTags.ExifDirectory) is not { } directory
            || TiffDirectory.Find(TiffDirectory.Entries(tiff, directory), tag) is not { } entry)
        {
            return;
        }

        var form = TiffForm.Of(tiff)!.Value;
        var count = form.ReadUInt16(tiff[(int)directory..]);
        var end = Math.Min(directory + form.CountBytes + count * EntryBytes + form.OffsetBytes, tiff.Length);
        tiff[(entry.At + EntryBytes)..(int)end].CopyTo(tiff[entry.At..]);
        form.WriteUInt16(tiff[(int)directory..], (ushort)(count - 1));
    }

    private static bool AreClose(PixelDensity one, PixelDensity other)
    {
        const double tolerance = 1e-5;
        return !other.HasNoUnit
            && Math.Abs(one.Across - other.Across) <= tolerance * one.Across
            && Math.Abs(one.Down - other.Down) <= tolerance * one.Down;
    }

    private static bool IsWhole(double number)
    {
        const double tolerance = 1e-6;
        return Math.Abs(number - Math.Round(number)) < tolerance;
    }

    /// <summary>The fraction with the smallest power of ten below it that is close enough.</summary>
    private static byte[] Rational(double number)
    {
        const uint divisorMax = 10_000;
        uint divisor = 1;
        while (divisor < divisorMax && !IsWhole(number * divisor) && number * divisor * 10 < uint.MaxValue)
        {
            divisor *= 10;
        }

        var numerator = (uint)Math.Clamp(Math.Round(number * divisor), 0, uint.MaxValue);
        return [.. LittleEndian(numerator), .. LittleEndian(divisor)];
    }

    private static byte[] LittleEndian(uint number) =>
        [(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)];
}
