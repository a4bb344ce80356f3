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

    private readonly int _orientation;
    private readonly bool _cmyk;
    private readonly int _spreadBits;

    private VipsConversion(
        PixelLayout layout, int orientation, bool cmyk, int spreadBits, ReadOnlyMemory<byte>? profile)
    {
        Layout = layout;
        Profile = profile;
        _orientation = orientation;
        _cmyk = cmyk;
        _spreadBits = spreadBits;
    }

    /// <summary>What <see cref="Run"/> makes.</summary>
    public PixelLayout Layout { get; }

    /// <summary>The profile of the file, if it has a sound one that describes the samples.</summary>
    public ReadOnlyMemory<byte>? Profile { get; }

    /// <summary>What the file holds and could not be used, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Decides from the header of <paramref name="image"/>.</summary>
    /// <exception cref="ImageException">Samples of a kind that are not read, such as floats or CIELAB.</exception>
    public static VipsConversion Plan(VipsImage image, ImageFormat format)
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
        if (cmyk ? bands is not (4 or 5) : bands is < 1 or > 4)
        {
            throw NotRead(format, $"{bands} channels");
        }

        var bitDepth = image.Format == VipsBandFormat.UShort ? 16 : 8;
        var (width, height) = image.Orientation >= 5 ? (image.Height, image.Width) : (image.Width, image.Height);
        var channels = cmyk ? bands - 1 : bands;
        var layout = new PixelLayout(width, height, channels, bitDepth);

        // libvips leaves the low bits of 10-bit and 12-bit AVIF samples empty, so that white would be grey.
        var bits = format == ImageFormat.Avif && bitDepth == 16 ? image.GetInt(VipsImage.BitsPerSampleField) ?? 16 : 16;
        var stored = image.GetBlob(VipsImage.ColourProfileField);
        var profile = stored is null
            ? null : IccProfile.Sound(stored, cmyk ? IccProfile.CmykChannels : channels);
        return new VipsConversion(
            layout,
            image.Orientation,
            cmyk,
            bits is > 8 and < 16 ? bits : 0,
            cmyk ? null : profile)
        {
            Notes = stored is not null && profile is null ? [ProfileLeftOut] : [],
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
        var samples = NewSamples();
        fixed (byte* start = samples)
        {
            using var target = FromMemory(start, width, height);
            image.WriteTo(target, cancel);
        }

        return samples;
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
        VipsImage.FromMemory(
            start,
            Layout.RowBytes * Layout.Height,
            width,
            height,
            Layout.Channels,
            Layout.BitDepth == 16 ? VipsBandFormat.UShort : VipsBandFormat.Byte);

    private static ImageException NotRead(ImageFormat format, string what) =>
        new(ImageFault.Unsupported, $"{format.DisplayName()} pictures with {what} are not read.");
}
