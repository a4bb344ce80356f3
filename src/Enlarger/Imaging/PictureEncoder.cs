using Enlarger.Imaging.Vips;

namespace Enlarger.Imaging;

/// <summary>Writes the formats that libvips encodes. BMP has a codec of its own.</summary>
internal static class PictureEncoder
{
    // 1.3 s; an effort of 4 takes 7.5 s and saves 5 % of the bytes, one of 1 takes 0.8 s and costs 31 %.
    private const int AvifEffort = 3;

    // These are as fast as the network, and not as small as can be: docs/performance.md has the alternatives. An effort
    // of 4 makes WebP 8 % smaller, of the same quality, for more than twice the time, all of it after the last row.
    private const int WebpEffort = 1;

    // How each block is predicted must fit 512 KiB. From this effort on the encoder keeps to that by itself; below it,
    // textured pictures of more than some 20 megapixels fail at the end.
    private const int WebpFittingEffort = 2;
    private const long WebpQuickPixelsMax = 12_000_000;

    // With the filter "up", level 6 makes PNG 5 % smaller for twice the time.
    private const int PngCompression = 3;

    // VipsForeignPngFilter.
    private const int PngFilterUp = 0x20;

    // VipsForeignHeifCompression, VipsForeignTiffCompression, VipsForeignTiffPredictor. For 2.4 megapixels Deflate took
    // 240 ms and 2640 KiB; LZW 120 ms and 3080 KiB.
    private const int HeifCompressionAv1 = 4;
    private const int TiffCompressionDeflate = 2;
    private const int TiffPredictorHorizontal = 2;

    // Offsets of classic TIFF have 32 bits. Deflate makes noise larger by much less than this margin.
    private const long ClassicTiffBytesMax = 3L << 30;

    // Density is not left to libvips, which knows none without a unit.
    private static readonly PixelDensity DensityUnknown = new(1, 1);

    // TIFF has to tell one: square pixels of unknown size.
    private static readonly PixelDensity TiffDensityUnknown = new(1, 1) { HasNoUnit = true };

    /// <summary>Pulls the rows and writes the file.</summary>
    public static void Write(
        PixelLayout layout,
        ImageMetadata metadata,
        RowSource rows,
        Stream target,
        WriteOptions options,
        CancellationToken cancel)
    {
        VipsLibrary.Start();
        var callbacks = new VipsCallbacks(cancel);
        // libtiff goes back to write its directory, which not every stream allows.
        using var scratch = options.Format == ImageFormat.Tiff ? ScratchFile.Create() : null;

        // WebP and AVIF are encoded in memory anyway; their EXIF is replaced in the finished file.
        using var whole = metadata.Exif is not null && options.Format is ImageFormat.Webp or ImageFormat.Avif
            ? new MemoryStream()
            : null;
        using var head = options.Format switch
        {
            ImageFormat.Jpeg => JpegSegments.Before(target, metadata),
            ImageFormat.Png => PngHead.Before(target, metadata),
            _ => null,
        };
        try
        {
            using var source = new VipsRows(layout, rows, DensityUnknown, callbacks);

            // The code points say it better in AVIF, where a profile would count more than they.
            var isLabelled = options.Format == ImageFormat.Avif && metadata.CodePoints is not null;
            var travelling = isLabelled ? metadata with { ColourProfile = null } : metadata;
            var keep = MetadataFields.Set(source.Image, travelling, layout, options.Format);
            var needsSrgb = keep.HasFlag(VipsKeep.Icc) && NeedsSrgb(layout, options.Format);
            using var converted = needsSrgb ? ToSrgb(source.Image, layout) : null;
            if (converted is not null)
            {
                keep &= ~VipsKeep.Icc;
            }

            using var file = new VipsTarget(scratch ?? whole ?? head ?? target, callbacks);
            using var saver = NewSaver(layout, options);
            saver
                .Set("in", converted ?? source.Image)
                .Set("target", file)
                .Set("keep", (int)keep)
                .Run();
        }
        catch (VipsException exception)
        {
            callbacks.ThrowIfFailed();
            throw EncoderFailed(layout, options.Format, exception);
        }

        callbacks.ThrowIfFailed();
        if (whole is not null)
        {
            var file = whole.GetBuffer().AsSpan(0, (int)whole.Length);
            WriteWithExif(file, metadata.Exif!.Value.Span, options.Format, target);
        }

        if (scratch is not null)
        {
            if (layout.HasExtra)
            {
                // libvips calls it alpha.
                TiffKind.SetUnspecified(scratch);
            }

            TiffTags.Add(scratch, Describing(metadata));
            Copy(scratch, target, cancel);
        }
    }

    private static void WriteWithExif(Span<byte> file, ReadOnlySpan<byte> exif, ImageFormat format, Stream target)
    {
        if (format == ImageFormat.Webp)
        {
            WebpChunks.WriteWithExif(file, exif[ExifBlock.Mark.Length..], target);
        }
        else
        {
            AvifFile.WriteWithExif(file, exif, target);
        }
    }

    // libvips writes no EXIF into TIFF, drops tags that it does not know, and makes XMP and IPTC of the wrong length.
    private static List<TiffTag> Describing(ImageMetadata metadata)
    {
        List<TiffTag> tags = [.. ExifBlock.DensityTags(metadata.Density ?? TiffDensityUnknown)];
        if (metadata.Exif is { } exif)
        {
            tags.AddRange(ExifBlock.Tags(exif.Span));
        }

        if (metadata.Xmp is { } xmp)
        {
            tags.Add(new TiffTag(TiffTags.Xmp, TiffTags.ByteType, xmp.ToArray()));
        }

        if (metadata.Iptc is { } iptc)
        {
            tags.Add(new TiffTag(TiffTags.Iptc, TiffTags.UndefinedType, iptc.ToArray()));
        }

        return tags;
    }

    // The rows and the target speak for themselves, so what is left is a limit of the encoder, or of memory.
    private static ImageException EncoderFailed(PixelLayout layout, ImageFormat format, VipsException exception) =>
        new(
            ImageFault.TooLarge,
            $"The {format.DisplayName()} encoder cannot write this picture of {layout.Width} x {layout.Height} pixels; "
            + "PNG and TIFF can hold it.",
            exception);

    private static VipsOperation NewSaver(PixelLayout layout, WriteOptions options) => options.Format switch
    {
        // Huffman tables that fit the picture would save 3 % of the bytes, take two and a half times as long, and hold
        // all coefficients until the last row.
        ImageFormat.Jpeg => new VipsOperation("jpegsave_target")
            .Set("Q", options.Quality ?? options.Format.QualityDefault())
            .Set("optimize-coding", state: false),
        ImageFormat.Png => new VipsOperation("pngsave_target")
            .Set("compression", PngCompression)
            .Set("filter", PngFilterUp),
        ImageFormat.Webp => new VipsOperation("webpsave_target")
            .Set("Q", options.Quality ?? options.Format.QualityDefault())
            .Set("effort", (long)layout.Width * layout.Height > WebpQuickPixelsMax ? WebpFittingEffort : WebpEffort),
        ImageFormat.Avif => new VipsOperation("heifsave_target")
            .Set("Q", options.Quality ?? options.Format.QualityDefault())
            .Set("compression", HeifCompressionAv1)
            .Set("effort", AvifEffort)
            .Set("bitdepth", layout.BitDepth == 16 ? 12 : 8),
        ImageFormat.Tiff => new VipsOperation("tiffsave_target")
            .Set("compression", TiffCompressionDeflate)
            .Set("predictor", TiffPredictorHorizontal)
            .Set("bigtiff", layout.RowBytes * layout.Height > ClassicTiffBytesMax),
        ImageFormat.Gif => new VipsOperation("gifsave_target"),
        ImageFormat.Bmp => throw new ArgumentException("BMP has its own encoder.", nameof(options)),
    };

    // GIF has no place for a profile; WebP and AVIF make RGB of grey, which a grey profile does not describe.
    private static bool NeedsSrgb(PixelLayout layout, ImageFormat format) =>
        format == ImageFormat.Gif || (format is ImageFormat.Webp or ImageFormat.Avif && layout.ColourChannels == 1);

    private static VipsImage ToSrgb(VipsImage image, PixelLayout layout)
    {
        using var convert = new VipsOperation("icc_transform");
        return convert
            .Set("in", image)
            .Set("output-profile", "srgb")
            .Set("embedded", state: true)
            .Set("depth", layout.BitDepth)
            .RunToImage();
    }

    private static void Copy(FileStream scratch, Stream target, CancellationToken cancel)
    {
        const int chunkBytes = 1 << 20;
        scratch.Position = 0;
        var chunk = new byte[chunkBytes];
        for (var count = scratch.Read(chunk); count > 0; count = scratch.Read(chunk))
        {
            cancel.ThrowIfCancellationRequested();
            target.Write(chunk, 0, count);
        }
    }
}
