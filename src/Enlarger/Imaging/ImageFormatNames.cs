namespace Enlarger.Imaging;

/// <summary>What formats are called by people, and at the end of file names.</summary>
public static class ImageFormatNames
{
    // The first extension of each is the one that we write.
    private static readonly (ImageFormat Format, string Name, string[] Extensions)[] Table =
    [
        (ImageFormat.Jpeg, "jpeg", ["jpg", "jpeg", "jpe", "jfif"]),
        (ImageFormat.Png, "png", ["png"]),
        (ImageFormat.Webp, "webp", ["webp"]),
        (ImageFormat.Avif, "avif", ["avif"]),
        (ImageFormat.Tiff, "tiff", ["tif", "tiff"]),
        (ImageFormat.Gif, "gif", ["gif"]),
        (ImageFormat.Bmp, "bmp", ["bmp", "dib"]),
    ];

    /// <summary>The names of all formats, such as <c>jpeg</c>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>The name of a format, in lower case.</summary>
    public static string Name(this ImageFormat format) => Table.Single(row => row.Format == format).Name;

    /// <summary>The usual end of a file name, without the dot.</summary>
    public static string Extension(this ImageFormat format) =>
        Table.Single(row => row.Format == format).Extensions[0];

    /// <summary>
    /// The format that is called so: a name or an extension, with or without a dot, in any case; null for none.
    /// </summary>
    public static ImageFormat? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = name.TrimStart('.');
        foreach (var row in Table)
        {
            if (row.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)
                || row.Extensions.Contains(plain, StringComparer.OrdinalIgnoreCase))
            {
                return row.Format;
            }
        }

        return null;
    }
}
