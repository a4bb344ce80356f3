using System.Buffers.Binary;
using Enlarger.Imaging.Vips;

namespace Enlarger.Imaging;

/// <summary>Puts <see cref="ImageMetadata"/> on a picture that libvips is about to write.</summary>
internal static unsafe class MetadataFields
{
    // The length field of a JPEG segment counts itself and has 16 bits.
    private const int SegmentBytesMax = ushort.MaxValue - 2;

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

        // Where only EXIF can hold the density, libvips makes a block for it; it writes no JFIF header.
        var densityIsExif = format is ImageFormat.Jpeg or ImageFormat.Webp or ImageFormat.Avif;
        if ((metadata.Exif is { } exif && SetExif(image, exif.Span)) || (metadata.Density is not null && densityIsExif))
        {
            keep |= VipsKeep.Exif;
        }

        if (metadata.Xmp is { Length: > 0 } xmp)
        {
            image.SetBlob(VipsImage.XmpField, xmp.Span);
            keep |= VipsKeep.Xmp;
        }

        if (metadata.Iptc is { Length: > 0 } iptc
            && format is ImageFormat.Jpeg or ImageFormat.Tiff)
        {
            image.SetBlob(
                VipsImage.IptcField,
                format == ImageFormat.Jpeg ? IptcBlock.WrapForJpeg(iptc.Span) : IptcBlock.PadForTiff(iptc.Span));
            keep |= VipsKeep.Iptc;
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

    /// <summary>
    /// libvips writes EXIF from fields that its loaders make of the block, one for each tag, and drops tags that have
    /// none. So a JPEG header with the block is loaded for them. It brings size and orientation up to date itself.
    /// </summary>
    private static bool SetExif(VipsImage image, ReadOnlySpan<byte> exif)
    {
        if (!exif.StartsWith(ExifBlock.Mark) || exif.Length > SegmentBytesMax)
        {
            return false;
        }

        var current = ExifBlock.WithoutThumbnail(exif);
        var carrier = Carrier(current);
        fixed (byte* bytes = carrier)
        {
            try
            {
                using var loader = new VipsOperation("jpegload_buffer");
                using var loaded = loader.Set("buffer", bytes, carrier.Length).RunToImage();
                loaded.CopyTextTo(image, field => field.StartsWith("exif-ifd", StringComparison.Ordinal));
            }
            catch (VipsException)
            {
                // The block is damaged. The picture is worth more than its camera settings.
                return false;
            }
        }

        image.SetBlob(VipsImage.ExifField, current);
        image.SetInt(VipsImage.OrientationField, 1);
        return true;
    }

    /// <summary>The headers of a grey JPEG of one pixel with that EXIF block; loading stops before the pixel.</summary>
    private static byte[] Carrier(ReadOnlySpan<byte> exif)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(exif.Length + 2));
        ReadOnlySpan<byte> frame = [0xFF, 0xC0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0];
        ReadOnlySpan<byte> scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];
        return [0xFF, 0xD8, 0xFF, 0xE1, .. length, .. exif, .. frame, .. scan, 0, 0xFF, 0xD9];
    }
}
