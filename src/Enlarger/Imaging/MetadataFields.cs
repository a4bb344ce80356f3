using Enlarger.Imaging.Vips;

namespace Enlarger.Imaging;

/// <summary>Puts <see cref="ImageMetadata"/> on a picture that libvips is about to write.</summary>
internal static unsafe class MetadataFields
{
    /// <summary>Sets the fields.</summary>
    /// <returns>Those that the saver shall write.</returns>
    public static VipsKeep Set(VipsImage image, ImageMetadata metadata, PixelLayout layout, ImageFormat format)
    {
        var keep = VipsKeep.None;
        if (IccProfile.Sound(metadata.ColourProfile, layout.Channels) is { } profile && IsUsable(profile.Span, layout))
        {
            image.SetBlob(VipsImage.ColourProfileField, profile.Span);
            keep |= VipsKeep.Icc;
        }

        // Both blocks are in a place of their own in the other formats, where libvips is not needed.
        if (format is ImageFormat.Webp or ImageFormat.Avif)
        {
            // libvips makes a block of its own, which is replaced: it drops tags that it does not know.
            keep |= metadata.Exif is null ? VipsKeep.None : VipsKeep.Exif;
            if (metadata.Xmp is { } xmp)
            {
                image.SetBlob(VipsImage.XmpField, xmp.Span);
                keep |= VipsKeep.Xmp;
            }
        }

        return keep;
    }

    /// <summary>Converts one pixel, as the transform of the whole picture must not fail half-way.</summary>
    private static bool IsUsable(ReadOnlySpan<byte> profile, PixelLayout layout)
    {
        var samples = stackalloc ushort[4];
        using var pixel = VipsImage.FromMemory(
            (byte*)samples, layout.Channels * sizeof(ushort), 1, 1, layout.Channels, VipsBandFormat.UShort);
        pixel.SetBlob(VipsImage.ColourProfileField, profile);
        try
        {
            using var convert = new VipsOperation("icc_transform");
            using var converted = convert
                .Set("in", pixel)
                .Set("output-profile", "srgb")
                .Set("embedded", state: true)
                .RunToImage();
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }
}
