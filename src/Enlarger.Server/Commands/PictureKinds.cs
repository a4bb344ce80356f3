namespace Enlarger.Server.Commands;

/// <summary>Kinds of pictures that are not read, by the extensions of their files.</summary>
internal static class PictureKinds
{
    private static readonly (string Name, string Extensions)[] Unread =
    [
        ("HEIC", "heic heif hif"),
        ("JPEG XL", "jxl"),
        ("JPEG 2000", "jp2 j2k j2c jpc jpf jpx jpm jph"),
        ("JPEG XR", "jxr wdp hdp"),
        ("raw camera", "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl"),
        ("raw camera", "sr2 srf srw x3f"),
        ("Photoshop", "psd psb"),
        ("GIMP", "xcf"),
        ("Krita", "kra"),
        ("SVG", "svg svgz"),
        ("PDF", "pdf"),
        ("PostScript", "eps ps ai"),
        ("icon", "ico cur icns"),
        ("TGA", "tga"),
        ("DDS", "dds"),
        ("OpenEXR", "exr"),
        ("Radiance", "hdr rgbe"),
        ("Netpbm", "pbm pgm ppm pnm pam pfm"),
        ("QOI", "qoi"),
        ("PCX", "pcx"),
        ("MNG", "mng"),
        ("Windows metafile", "wmf emf"),
        ("X bitmap", "xbm xpm"),
        ("FITS", "fits fts"),
        ("DjVu", "djvu djv"),
    ];

    private static readonly Dictionary<string, string> Names = Unread
        .SelectMany(kind => kind.Extensions.Split(' ').Select(extension => ($".{extension}", kind.Name)))
        .ToDictionary(pair => pair.Item1, pair => pair.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a file of that name holds, such as <c>HEIC</c>; null if no picture, or one that is read.</summary>
    public static string? FindUnread(string name) => Names.GetValueOrDefault(Path.GetExtension(name));
}

/// <summary>The pictures of a folder that were left out, because they are of kinds that are not read.</summary>
/// <param name="Folder">The folder, as it was written.</param>
/// <param name="Kinds">How many there are of each kind.</param>
internal sealed record UnreadPictures(string Folder, IReadOnlyDictionary<string, int> Kinds)
{
    public string ToLine()
    {
        var count = Kinds.Values.Sum();
        var kinds = string.Join(", ", Kinds.Select(kind => $"{kind.Value} {kind.Key}"));
        return $"Left out of {Folder}, as kinds of pictures that are not read: {kinds}"
            + (Kinds.Count > 1 ? $" ({count} files)." : ".");
    }
}
