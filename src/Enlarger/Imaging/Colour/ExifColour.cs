namespace Enlarger.Imaging.Colour;

/// <summary>
/// The colour space of EXIF. Cameras that follow DCF mark Adobe RGB by it, often without a profile (CIPA DC-009, 3.3).
/// </summary>
internal static class ExifColour
{
    private const ushort ExifDirectory = 0x8769;
    private const ushort ColourSpace = 0xA001;
    private const ushort InteroperabilityDirectory = 0xA005;
    private const ushort InteroperabilityIndex = 1;

    private const uint SrgbSpace = 1;

    // In no standard, and written by some cameras.
    private const uint AdobeRgbSpace = 2;

    /// <summary>Adobe RGB, or null where the block says something else or nothing.</summary>
    public static ColourLabel? Find(ReadOnlySpan<byte> block)
    {
        if (!block.StartsWith(ExifBlock.Mark)
            || !TiffFile.TryOpen(block[ExifBlock.Mark.Length..], out var main)
            || main.Number(ExifDirectory) is not { } at)
        {
            return null;
        }

        var exif = main.At(at);
        var space = exif.Number(ColourSpace);
        if (space == AdobeRgbSpace)
        {
            return ColourLabel.AdobeRgb;
        }

        return space != SrgbSpace
            && exif.Number(InteroperabilityDirectory) is { } other
            && main.At(other).Bytes(InteroperabilityIndex).StartsWith("R03"u8)
            ? ColourLabel.AdobeRgb
            : null;
    }
}
