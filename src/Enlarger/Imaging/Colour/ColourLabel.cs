namespace Enlarger.Imaging.Colour;

/// <summary>What a file says about its colours, other than by an ICC profile.</summary>
/// <param name="Space">Primaries and white.</param>
/// <param name="Curve">The tone curve.</param>
/// <param name="Codes">The same as code points; null where it was said otherwise.</param>
/// <param name="BeforeProfile">It counts more than an ICC profile in the same file.</param>
internal sealed record ColourLabel(
    Chromaticities Space, ToneCurve Curve, CodePoints? Codes = null, bool BeforeProfile = false)
{
    // PNG has 45455 for the 2.2 that sRGB is near to, and files round it differently.
    private const double SrgbGamma = 2.2;
    private const double GammaSlack = 0.02;

    /// <summary>The label of Adobe RGB (1998), whose gamma is 2 and 51/256.</summary>
    public static ColourLabel AdobeRgb { get; } = new(Chromaticities.AdobeRgb, ToneCurve.Power(2 + (51.0 / 256)));

    /// <summary>Nothing but what is assumed without a label, so that no profile has to say it.</summary>
    private bool IsSrgb =>
        Codes?.IsSrgb == true
        || (Space.IsNear(Chromaticities.Srgb)
            && (Curve == ToneCurve.Srgb || Math.Abs(Curve.Gamma - SrgbGamma) < GammaSlack));

    /// <summary>The label of code points; null where one of them is not known.</summary>
    public static ColourLabel? Of(CodePoints codes, bool beforeProfile) =>
        Chromaticities.Of(codes.Primaries) is { } space && ToneCurve.Of(codes.Transfer) is { } curve
            ? new ColourLabel(space, curve, codes == CodePoints.Srgb ? null : codes, beforeProfile)
            : null;

    /// <summary>What the file of a format says; null where it says nothing that is known.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="exif">Its EXIF block, with the mark; null where it has none.</param>
    public static ColourLabel? Find(ReadOnlySpan<byte> file, ImageFormat format, ReadOnlySpan<byte> exif) =>
        format switch
        {
            ImageFormat.Png => PngColour.Find(file),
            ImageFormat.Avif => AvifColour.Find(file),
            ImageFormat.Jpeg => ExifColour.Find(exif),
            ImageFormat.Webp or ImageFormat.Tiff or ImageFormat.Gif or ImageFormat.Bmp => null,
        };

    /// <summary>The profile that says the same; null where that is sRGB, or grey as it is without a profile.</summary>
    public byte[]? ToProfile(int channels) => IsSrgb ? null : ProfileMaker.Make(channels, Space, Curve, Codes);
}
