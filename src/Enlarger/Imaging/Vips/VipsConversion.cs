using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>Makes upright grey or RGB samples of 8 or 16 bits from whatever a loader delivers.</summary>
internal sealed unsafe class VipsConversion
{
    // VipsAngle, clockwise.
    private const int Rotate90 = 1;
    private const int Rotate180 = 2;
    private const int Rotate270 = 3;

    // VipsDirection.
    private const int FlipHorizontal = 0;

    private const string ProfileLeftOut =
        "The colour profile is damaged or describes other channels, and was left out.";

    // Colours, alpha and a few inks or selections. Each takes memory while the picture is decoded.
    private const int BandsMax = 8;

    private readonly int _orientation;
    private readonly bool _cmyk;
    private readonly int _spreadBits;

    // What a decoder delivers: colours, and any number of channels behind them.
    private readonly int _decodedChannels;

    // Which of the decoded channels is the last of the picture, behind its colours; null for none.
    private readonly int? _last;

    private VipsConversion(
        PixelLayout layout, int decodedChannels, int? last, int orientation, bool cmyk, int spreadBits)
    {
        Layout = layout;
        _decodedChannels = decodedChannels;
        _last = last;
        _orientation = orientation;
        _cmyk = cmyk;
        _spreadBits = spreadBits;
    }

    /// <summary>What <see cref="Run"/> makes.</summary>
    public PixelLayout Layout { get; }

    /// <summary>The profile of the file, if it has a sound one that describes the samples.</summary>
    public ReadOnlyMemory<byte>? Profile { get; private init; }

    /// <summary>What the file holds and could not be used, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Decides from the header of <paramref name="image"/>.</summary>
    /// <exception cref="ImageException">Samples of a kind that are not read, such as floats or CIELAB.</exception>
    public static VipsConversion Plan(VipsImage image, ImageFormat format, TiffKind? tiff)
    {
        if (image.Format is not (VipsBandFormat.Byte or VipsBandFormat.UShort))
        {
            throw NotRead(format, "samples other than whole numbers of up to 16 bits");
        }

        var cmyk = image.Interpretation == VipsInterpretation.Cmyk;
        if (image.Interpretation is not (VipsInterpretation.Multiband or VipsInterpretation.Grey
            or VipsInterpretation.Cmyk or VipsInterpretation.Rgb or VipsInterpretation.Srgb
            or VipsInterpretation.Rgb16 or VipsInterpretation.Grey16))
        {
            throw NotRead(format, "colours other than grey, RGB and CMYK");
        }

        var bands = image.Bands;
        var colours = tiff?.Colours ?? (cmyk ? 4 : bands < 3 ? 1 : 3);
        if (bands < colours || bands > BandsMax)
        {
            throw NotRead(format, $"{bands} channels");
        }

        // Other formats have alpha or nothing behind the colours. In TIFF, it is what the file declares as such.
        var alpha = tiff is null ? bands > colours ? 0 : null : tiff.Alpha;
        var last = alpha ?? (bands > colours && !cmyk ? 0 : (int?)null);
        var bitDepth = image.Format == VipsBandFormat.UShort ? 16 : 8;
        var (width, height) = image.Orientation >= 5 ? (image.Height, image.Width) : (image.Width, image.Height);
        var decodedColours = cmyk ? 3 : colours;
        var channels = decodedColours + (last is null ? 0 : 1);
        var hasExtra = alpha is null && last is not null;
        var layout = new PixelLayout(width, height, channels, bitDepth) { HasExtra = hasExtra };

        // libvips leaves the low bits of 10-bit and 12-bit AVIF samples empty, so that white would be grey.
        var bits = format == ImageFormat.Avif && bitDepth == 16 ? image.GetInt(VipsImage.BitsPerSampleField) ?? 16 : 16;
        var stored = image.GetBlob(VipsImage.ColourProfileField);
        var profile = stored is null
            ? null : IccProfile.Sound(stored, cmyk ? IccProfile.CmykChannels : channels);
        var leftOut = bands - colours - (last is null ? 0 : 1);
        return new VipsConversion(
            layout, bands - colours + decodedColours, decodedColours + last, image.Orientation, cmyk,
            bits is > 8 and < 16 ? bits : 0)
        {
            Profile = cmyk ? null : profile,
            Notes =
            [
                .. stored is not null && profile is null ? [ProfileLeftOut] : (string[])[],
                .. leftOut > 0 ? [ChannelsLeftOut(leftOut)] : (string[])[],
            ],
        };
    }

    /// <summary>Decodes and converts all pixels.</summary>
    public byte[] Run(VipsImage image, CancellationToken cancel)
    {
        VipsImage? converted = null;
        try
        {
            if (_cmyk)
            {
                converted = CmykToSrgb(image);
            }

            var width = image.Width;
            var height = image.Height;
            var samples = Decode(converted ?? image, width, height, cancel);
            SpreadBits(samples);
            return _orientation == 1 ? samples : Turn(samples, width, height, cancel);
        }
        finally
        {
            converted?.Dispose();
        }
    }

    private byte[] Decode(VipsImage image, int width, int height, CancellationToken cancel)
    {
        var sampleBytes = Layout.BitDepth / 8;
        var samples = _decodedChannels == Layout.Channels ? NewSamples()
            : GC.AllocateUninitializedArray<byte>(checked(width * height * _decodedChannels * sampleBytes));
        fixed (byte* start = samples)
        {
            using var target = FromMemory(start, width, height, _decodedChannels);
            image.WriteTo(target, cancel);
        }

        return _decodedChannels == Layout.Channels ? samples : Pick(samples, sampleBytes);
    }

    // Colours are the first channels, and at most one of those behind them stays.
    private byte[] Pick(byte[] decoded, int sampleBytes)
    {
        var picked = NewSamples();
        var (colourBytes, stride) = (Layout.ColourChannels * sampleBytes, _decodedChannels * sampleBytes);
        for (int from = 0, to = 0; from < decoded.Length; from += stride)
        {
            decoded.AsSpan(from, colourBytes).CopyTo(picked.AsSpan(to));
            to += colourBytes;
            if (_last is { } last)
            {
                decoded.AsSpan(from + (last * sampleBytes), sampleBytes).CopyTo(picked.AsSpan(to));
                to += sampleBytes;
            }
        }

        return picked;
    }

    private VipsImage CmykToSrgb(VipsImage image)
    {
        var profile = image.GetBlob(VipsImage.ColourProfileField);
        if (profile is not null && IccProfile.Sound(profile, IccProfile.CmykChannels) is not null)
        {
            try
            {
                return CmykToSrgb(image, embedded: true);
            }
            catch (VipsException)
            {
                // The profile is damaged inside: the colours are approximate, the picture is there.
            }
        }

        return CmykToSrgb(image, embedded: false);
    }

    // Without a profile of its own, a picture is taken for libvips' built-in CMYK.
    private VipsImage CmykToSrgb(VipsImage image, bool embedded)
    {
        using var convert = new VipsOperation("icc_transform");
        return convert
            .Set("in", image)
            .Set("output-profile", "srgb")
            .Set("embedded", embedded)
            .Set("input-profile", "cmyk")
            .Set("depth", Layout.BitDepth)
            .RunToImage();
    }

    private void SpreadBits(byte[] samples)
    {
        if (_spreadBits == 0)
        {
            return;
        }

        // 0xFFC0 becomes 0xFFFF: the high bits are repeated in the empty ones.
        foreach (ref var sample in MemoryMarshal.Cast<byte, ushort>(samples.AsSpan()))
        {
            sample |= (ushort)(sample >> _spreadBits);
        }
    }

    private byte[] Turn(byte[] stored, int width, int height, CancellationToken cancel)
    {
        // EXIF 2.32, 4.6.4: where the first row and column of the stored picture belong.
        var (flip, angle) = _orientation switch
        {
            2 => (true, 0),
            3 => (false, Rotate180),
            4 => (true, Rotate180),
            5 => (true, Rotate270),
            6 => (false, Rotate90),
            7 => (true, Rotate90),
            _ => (false, Rotate270),
        };
        var turned = NewSamples();
        fixed (byte* from = stored)
        fixed (byte* to = turned)
        {
            using var source = FromMemory(from, width, height);
            using var flipped = flip ? Flip(source) : null;
            using var rotated = angle == 0 ? null : Rotate(flipped ?? source, angle);
            using var target = FromMemory(to, Layout.Width, Layout.Height);
            (rotated ?? flipped ?? source).WriteTo(target, cancel);
        }

        return turned;
    }

    private static VipsImage Flip(VipsImage image)
    {
        using var flip = new VipsOperation("flip");
        return flip.Set("in", image).Set("direction", FlipHorizontal).RunToImage();
    }

    private static VipsImage Rotate(VipsImage image, int angle)
    {
        using var rotate = new VipsOperation("rot");
        return rotate.Set("in", image).Set("angle", angle).RunToImage();
    }

    private byte[] NewSamples() =>
        GC.AllocateUninitializedArray<byte>(checked((int)(Layout.RowBytes * Layout.Height)));

    private VipsImage FromMemory(byte* start, int width, int height) =>
        FromMemory(start, width, height, Layout.Channels);

    private VipsImage FromMemory(byte* start, int width, int height, int channels) =>
        VipsImage.FromMemory(
            start,
            (long)width * height * channels * (Layout.BitDepth / 8),
            width,
            height,
            channels,
            Layout.BitDepth == 16 ? VipsBandFormat.UShort : VipsBandFormat.Byte);

    private static string ChannelsLeftOut(int count) => count == 1
        ? "A channel beside the colours, which is no transparency, was left out."
        : $"{count} channels beside the colours, which are no transparency, were left out.";

    private static ImageException NotRead(ImageFormat format, string what) =>
        new(ImageFault.Unsupported, $"{format.DisplayName()} pictures with {what} are not read.");
}
