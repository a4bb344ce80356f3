using Enlarger.Imaging.Vips;

namespace Enlarger.Imaging;

/// <summary>libvips, which reads and writes all formats but BMP.</summary>
public static class ImageCodecs
{
    /// <summary>
    /// Null where the libvips of the package <c>NetVips.Native</c> is beside the program, as it should be. Otherwise a
    /// sentence for the user: another one is used, whose results may differ.
    /// </summary>
    /// <remarks>Looks for the file and loads nothing.</remarks>
    public static string? Warning => VipsLibrary.IsBesideProgram
        ? null
        : $"{VipsLibrary.FileName}, which belongs to Enlarger, is not beside the program, so the system's is used. "
            + "Its version may be another, and with it the results and the formats that can be read.";
}
