using System.Text;

namespace Enlarger.Imaging;

/// <summary>Makes metadata fit a result: its size and density, and what its format has a place for.</summary>
internal static class MetadataFitting
{
    private const ushort ImageDescription = 270;
    private const ushort Software = 305;
    private const ushort Artist = 315;
    private const ushort Copyright = 33432;
    private const ushort UserComment = 0x9286;

    // Where the texts of a PNG file have a place in EXIF. The description of a picture that was generated goes where
    // its generators put it in other formats than PNG. What stands first is taken first.
    private static readonly (string Keyword, ushort Tag)[] TextTags =
    [
        ("Author", Artist),
        ("Copyright", Copyright),
        ("Description", ImageDescription),
        ("Title", ImageDescription),
        ("Software", Software),
        ("parameters", UserComment),
        ("Comment", UserComment),
    ];

    /// <summary>The metadata of a result, and what of it could not be kept, one sentence each.</summary>
    public static (ImageMetadata Metadata, IReadOnlyList<string> Notes) Fit(
        ImageMetadata metadata, PixelLayout layout, ImageFormat format)
    {
        var notes = new List<string>();
        var exif = Sound(metadata.Exif, notes);
        if (format != ImageFormat.Png && metadata.PngTexts is { } chunks)
        {
            exif = AddTexts(exif, PngText.Read(chunks), format, notes);
        }

        if (format is ImageFormat.Gif or ImageFormat.Bmp)
        {
            return (Bare(metadata, exif, format, notes), notes);
        }

        var size = new PixelSize(layout.Width, layout.Height);
        exif = exif is null ? null : ExifBlock.Updated(exif, metadata.Size, size, metadata.Density);
        if (format is ImageFormat.Webp or ImageFormat.Avif && metadata.Density is { HasNoUnit: false } density)
        {
            // They have no other place for it.
            exif = ExifBlock.WithDensity(exif, density);
        }

        var fitted = metadata with
        {
            Exif = FitExif(exif, format, notes),
            Xmp = UpdateXmp(metadata, size, notes),
            Iptc = FitIptc(metadata.Iptc, format, notes),
        };
        return (fitted, notes);
    }

    // A null array would convert to an empty block, not to none.
    private static ReadOnlyMemory<byte>? Block(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;

    private static byte[]? Sound(ReadOnlyMemory<byte>? block, List<string> notes)
    {
        if (block is not { } exif)
        {
            return null;
        }

        if (exif.Span.StartsWith(ExifBlock.Mark) && ExifBlock.Normalise(exif.ToArray()) is { } sound)
        {
            return sound;
        }

        notes.Add("The EXIF block is damaged and was left out.");
        return null;
    }

    private static ImageMetadata Bare(ImageMetadata metadata, byte[]? exif, ImageFormat format, List<string> notes)
    {
        string[] kinds =
        [
            .. exif is null ? [] : (string[])["EXIF"],
            .. metadata.Xmp is null ? [] : (string[])["XMP"],
            .. metadata.Iptc is null ? [] : (string[])["IPTC"],
        ];
        if (kinds.Length > 0)
        {
            notes.Add($"{format.DisplayName()} has no place for {string.Join(", ", kinds)}, left out of the result.");
        }

        return metadata with { Exif = null, Xmp = null, Iptc = null };
    }

    private static ReadOnlyMemory<byte>? FitExif(byte[]? exif, ImageFormat format, List<string> notes)
    {
        if (format == ImageFormat.Jpeg && exif?.Length > JpegSegments.SegmentBytesMax)
        {
            notes.Add($"JPEG holds 64 KB of EXIF and the picture has {exif.Length >> 10} KB, left out of the result.");
            return null;
        }

        return Block(exif);
    }

    private static ReadOnlyMemory<byte>? UpdateXmp(ImageMetadata metadata, PixelSize size, List<string> notes)
    {
        if (metadata.Xmp is not { Length: > 0 } xmp)
        {
            return null;
        }

        var updated = XmpPacket.Updated(xmp.ToArray(), metadata.Size, size, metadata.Density);
        if (updated is null)
        {
            notes.Add(XmpPacket.DamagedNote);
        }

        return Block(updated);
    }

    private static ReadOnlyMemory<byte>? FitIptc(
        ReadOnlyMemory<byte>? records, ImageFormat format, List<string> notes)
    {
        if (records is not { Length: > 0 } iptc)
        {
            return null;
        }

        if (format is not (ImageFormat.Jpeg or ImageFormat.Tiff))
        {
            notes.Add($"{format.DisplayName()} has no place for IPTC, left out of the result.");
            return null;
        }

        if (format == ImageFormat.Jpeg && !JpegSegments.HoldsIptc(iptc))
        {
            notes.Add($"JPEG holds 64 KB of IPTC and the picture has {iptc.Length >> 10} KB, left out of the result.");
            return null;
        }

        return iptc;
    }

    /// <summary>Puts texts where EXIF has a place for them that is free.</summary>
    private static byte[]? AddTexts(byte[]? exif, List<PngText> texts, ImageFormat format, List<string> notes)
    {
        const int keywordsNamed = 5;
        var taken = exif is null ? [] : Ids(ExifBlock.Tags(exif)).ToHashSet();
        var kept = new HashSet<PngText>();
        var tags = new List<TiffTag>();
        if (format is not (ImageFormat.Gif or ImageFormat.Bmp))
        {
            foreach (var (keyword, tag) in TextTags)
            {
                if (!taken.Contains(tag)
                    && texts.Find(text => text.Keyword == keyword) is { } text
                    && text.Text() is { Length: > 0 } value
                    && Encoding.UTF8.GetByteCount(value) <= JpegSegments.SegmentBytesMax / 4)
                {
                    taken.Add(tag);
                    kept.Add(text);
                    tags.Add(Tag(tag, value));
                }
            }
        }

        var lost = texts.Where(text => !kept.Contains(text))
            .Select(text => text.Keyword)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (lost.Count > 0)
        {
            var names = string.Join(", ", lost.Take(keywordsNamed)) + (lost.Count > keywordsNamed ? ", ..." : "");
            notes.Add(
                $"{format.DisplayName()} has no place for texts of PNG ({names}), left out of the result.");
        }

        return tags.Count == 0 ? exif : ExifBlock.With(exif, tags);
    }

    private static IEnumerable<ushort> Ids(IEnumerable<TiffTag> tags) =>
        tags.SelectMany(tag => Ids(tag.Directory ?? []).Append(tag.Id));

    private static TiffTag Tag(ushort id, string text)
    {
        if (id != UserComment)
        {
            // EXIF says ASCII; programs write and read UTF-8.
            return new TiffTag(id, TiffTags.AsciiType, [.. Encoding.UTF8.GetBytes(text), 0]);
        }

        byte[] value = Ascii.IsValid(text)
            ? [.. "ASCII\0\0\0"u8, .. Encoding.ASCII.GetBytes(text)]
            : [.. "UNICODE\0"u8, .. Encoding.Unicode.GetBytes(text)];
        return new TiffTag(
            TiffTags.ExifDirectory, TiffTags.LongType, [], [new TiffTag(id, TiffTags.UndefinedType, value)]);
    }
}
