using System.Globalization;

namespace Enlarger.Imaging;

/// <summary>What reading a packet gave.</summary>
/// <param name="Packet">The packet; null where it is damaged or has nothing left.</param>
/// <param name="HasGainMap">It spoke of a second picture that makes an HDR picture of the first.</param>
/// <param name="HasCompanions">It spoke of a depth map, a sound or a film in the same file.</param>
internal sealed record XmpReading(byte[]? Packet, bool HasGainMap = false, bool HasCompanions = false);

/// <summary>
/// XMP packets (ISO 16684-1). What they repeat of the picture is kept true: orientation, sizes, resolution, places in
/// pixels. What they say of other pictures in the same file is left out with those. All else stays as it is.
/// </summary>
internal static class XmpPacket
{
    /// <summary>What is said of a packet that cannot be read.</summary>
    public const string DamagedNote = "The XMP packet is damaged or too long and was left out.";

    private const string Tiff = "http://ns.adobe.com/tiff/1.0/";
    private const string Exif = "http://ns.adobe.com/exif/1.0/";
    private const string Xmp = "http://ns.adobe.com/xap/1.0/";
    private const string XmpNote = "http://ns.adobe.com/xmp/note/";
    private const string Dimensions = "http://ns.adobe.com/xap/1.0/sType/Dimensions#";
    private const string Regions = "http://www.metadataworkinggroup.com/schemas/regions/";
    private const string MicrosoftPhoto = "http://ns.microsoft.com/photo/1.2/";
    private const string IptcExtension = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
    private const string Panorama = "http://ns.google.com/photos/1.0/panorama/";
    private const string Camera = "http://ns.google.com/photos/1.0/camera/";
    private const string Container = "http://ns.google.com/photos/1.0/container/";
    private const string GainMap = "http://ns.adobe.com/hdr-gain-map/1.0/";
    private const string AppleGainMap = "http://ns.apple.com/HDRGainMap/1.0/";

    // Dynamic Depth has a namespace for each of its parts.
    private const string DynamicDepthStart = "http://ns.google.com/photos/dd/1.0/";

    // Namespaces of pictures, sounds and depth maps that lie in the packet or behind the picture.
    private static readonly HashSet<string> Companions =
    [
        "http://ns.google.com/photos/1.0/depthmap/",
        "http://ns.google.com/photos/1.0/image/",
        "http://ns.google.com/photos/1.0/audio/",
        "http://ns.apple.com/depthData/1.0/",
        "http://ns.apple.com/pixeldatainfo/1.0/",
    ];

    /// <summary>
    /// The packet of a picture that has been turned upright and stands alone, with the rest of a packet that was too
    /// long for one segment of JPEG.
    /// </summary>
    public static XmpReading Normalise(byte[] packet, byte[]? rest, int orientation)
    {
        var isTurned = orientation is >= 2 and <= 8;
        var rules = new NormalisingRules(isTurned);
        var rewritten = XmpRewriter.Rewrite(packet, rest, rules);
        if (rewritten is null && rest is not null)
        {
            // The first part is whole by itself.
            rewritten = XmpRewriter.Rewrite(packet, null, rules);
        }

        return new XmpReading(rewritten, rules.HasGainMap, rules.HasCompanions);
    }

    /// <summary>The packet for a picture of another size and density; null where it is damaged.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="from">The size that it was read with, if that is known.</param>
    /// <param name="to">The size of the result.</param>
    /// <param name="density">The density of the result; null where it is unknown.</param>
    public static byte[]? Updated(byte[] packet, PixelSize? from, PixelSize to, PixelDensity? density) =>
        XmpRewriter.Rewrite(packet, null, new SizeRules(from, to, density));

    private sealed class NormalisingRules(bool isTurned) : XmpRules
    {
        public bool HasGainMap { get; private set; }

        public bool HasCompanions { get; private set; }

        public override Func<string, string?>? Find(string space, string name, string container)
        {
            if (space is GainMap or AppleGainMap)
            {
                HasGainMap = true;
                return Nothing;
            }

            if (Companions.Contains(space)
                || space.StartsWith(DynamicDepthStart, StringComparison.Ordinal)
                || (space == Camera && (name.StartsWith("MotionPhoto", StringComparison.Ordinal)
                    || name.StartsWith("MicroVideo", StringComparison.Ordinal))))
            {
                HasCompanions = true;
                return Nothing;
            }

            return (space, name) switch
            {
                (Container, "Directory") => RemoveContainer,
                (Tiff, "Orientation") => _ => "1",
                (Xmp, "Thumbnails") or (XmpNote, "HasExtendedXMP") => Nothing,

                // Places in the picture before it was turned; and how a panorama was projected.
                (Exif, "SubjectArea" or "SubjectLocation") or (Regions, "Regions") or (MicrosoftPhoto, "RegionInfo")
                    or (IptcExtension, "ImageRegion") or (Panorama, _) when isTurned => Nothing,
                _ => null,
            };
        }

        public override bool IsGone(string space) =>
            space is GainMap or AppleGainMap
            || space.StartsWith(Container, StringComparison.Ordinal)
            || space.StartsWith(DynamicDepthStart, StringComparison.Ordinal)
            || Companions.Contains(space);

        // The directory of all pictures in the file.
        private string? RemoveContainer(string content)
        {
            if (content.Contains("GainMap", StringComparison.Ordinal))
            {
                HasGainMap = true;
            }

            return null;
        }
    }

    private sealed class SizeRules(PixelSize? from, PixelSize to, PixelDensity? density) : XmpRules
    {
        private readonly bool _isResized = from is not null && from != to;
        private readonly double _across = from is { } old ? (double)to.Width / old.Width : 1;
        private readonly double _down = from is { } old ? (double)to.Height / old.Height : 1;

        public override Func<string, string?>? Find(string space, string name, string container) => (space, name) switch
        {
            (Tiff, "ImageWidth") or (Exif, "PixelXDimension") => _ => Text(to.Width),
            (Tiff, "ImageLength") or (Exif, "PixelYDimension") => _ => Text(to.Height),
            (Dimensions, "w") when container == "AppliedToDimensions" => _ => Text(to.Width),
            (Dimensions, "h") when container == "AppliedToDimensions" => _ => Text(to.Height),
            (Tiff, "XResolution") when density is { HasNoUnit: false } => _ => Fraction(density.Inches.Across),
            (Tiff, "YResolution") when density is { HasNoUnit: false } => _ => Fraction(density.Inches.Down),
            (Tiff, "ResolutionUnit") when density is { HasNoUnit: false } => _ => "2",
            (Exif, "FocalPlaneXResolution") when _isResized => value => Fraction(value, _across),
            (Exif, "FocalPlaneYResolution") when _isResized => value => Fraction(value, _down),
            (Exif, "SubjectArea" or "SubjectLocation") when _isResized => Nothing,
            (Panorama, "FullPanoWidthPixels" or "CroppedAreaImageWidthPixels" or "CroppedAreaLeftPixels"
                or "LargestValidInteriorRectLeft" or "LargestValidInteriorRectWidth") when _isResized =>
                value => Pixels(value, _across),
            (Panorama, "FullPanoHeightPixels" or "CroppedAreaImageHeightPixels" or "CroppedAreaTopPixels"
                or "LargestValidInteriorRectTop" or "LargestValidInteriorRectHeight") when _isResized =>
                value => Pixels(value, _down),
            _ => null,
        };

        private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

        private static string? Pixels(string value, double factor) =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var pixels)
            && Math.Abs(pixels * factor) < int.MaxValue
                ? Text((long)Math.Round(pixels * factor))
                : null;

        private static string Fraction(double number)
        {
            const int divisor = 10_000;
            var rounded = Math.Round(number * divisor);
            return rounded % divisor == 0 ? $"{Text((long)rounded / divisor)}/1" : $"{Text((long)rounded)}/{divisor}";
        }

        private static string? Fraction(string value, double factor)
        {
            var parts = value.Split('/');
            return parts.Length == 2
                && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var numerator)
                && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var divisor)
                && divisor > 0
                && Math.Abs(numerator / divisor * factor) < int.MaxValue
                    ? Fraction(numerator / divisor * factor)
                    : null;
        }
    }

    private static string? Nothing(string value) => null;
}
