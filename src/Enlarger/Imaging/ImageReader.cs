using Enlarger.Imaging.Bmp;
using Enlarger.Imaging.Parts;

namespace Enlarger.Imaging;

/// <summary>A picture as it was read.</summary>
/// <param name="Image">Upright: an EXIF orientation has been applied. CMYK has become sRGB.</param>
/// <param name="Format">What the bytes were, whatever the file was called.</param>
/// <param name="Frames">How many frames or pages the file holds; the first was read.</param>
public sealed record ReadImage(PixelImage Image, ImageFormat Format, int Frames)
{
    /// <summary>What the file holds and could not be used, one English sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Reads pictures. The format is told by content, never by name.</summary>
public static class ImageReader
{
    // Large enough to be cheap, small enough that a limit is noticed early.
    private const int ChunkBytes = 256 << 10;

    /// <summary>Reads the first picture of <paramref name="source"/>, from its current position to its end.</summary>
    /// <remarks>
    /// Palettes become RGB, or RGBA where they have transparent colours, 1-bit pictures become 8-bit grey, grey stays
    /// grey, 16 bit stays 16 bit. Samples of AVIF with 10 or 12 bits are spread over 0 to 65535. CMYK becomes sRGB
    /// through its profile; other profiles stay with the samples they describe. What a file says about its colours
    /// without a profile becomes one. Of TIFF, only a channel that is declared as alpha is alpha; of the others behind
    /// the colours one stays, and none beside alpha or CMYK. A JPEG file that lacks nothing but its last marker is
    /// read.
    /// </remarks>
    /// <exception cref="ImageException">No picture, not a supported one, damaged, or over a limit.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public static ReadImage Read(Stream source, ImageLimits limits, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(limits);
        return Read(ReadBytes(source, limits, cancel), limits, cancel);
    }

    /// <summary>Reads the first picture of the file in <paramref name="file"/>.</summary>
    /// <inheritdoc cref="Read(Stream, ImageLimits, CancellationToken)"/>
    public static ReadImage Read(ReadOnlyMemory<byte> file, ImageLimits limits, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CheckBytes(file.Length, limits);
        cancel.ThrowIfCancellationRequested();
        var format = ImageSniffer.Sniff(file.Span);
        if (format == ImageFormat.Bmp)
        {
            var bmp = new BmpReader(file);
            CheckPixels(bmp.Width, bmp.Height, limits);
            return new ReadImage(bmp.Decode(cancel), format, Frames: 1);
        }

        PictureParts.Check(file.Span, format);
        return Abandon(() => Decode(file, format, limits, cancel), cancel);
    }

    /// <summary>Tells the format of <paramref name="file"/> by its first bytes, which prove nothing else.</summary>
    /// <exception cref="ImageException">No picture, or not a supported one.</exception>
    public static ImageFormat Identify(ReadOnlySpan<byte> file) => ImageSniffer.Sniff(file);

    /// <summary>Tells what reading <paramref name="source"/> would return, without decoding it.</summary>
    /// <exception cref="ImageException">No picture, not a supported one, damaged, or over a limit.</exception>
    public static ImageHeader ReadHeader(Stream source, ImageLimits limits, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(limits);
        return ReadHeader(ReadBytes(source, limits, cancel), limits);
    }

    /// <summary>Tells what reading <paramref name="file"/> would return, without decoding it.</summary>
    /// <exception cref="ImageException">No picture, not a supported one, damaged, or over a limit.</exception>
    public static ImageHeader ReadHeader(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CheckBytes(file.Length, limits);
        var format = ImageSniffer.Sniff(file.Span);
        if (format == ImageFormat.Bmp)
        {
            var bmp = new BmpReader(file);
            CheckPixels(bmp.Width, bmp.Height, limits);
            return new ImageHeader(bmp.Layout, format, Frames: 1);
        }

        PictureParts.Check(file.Span, format);
        using var picture = EncodedPicture.Open(file, format);
        CheckPixels(picture.Width, picture.Height, limits);
        return new ImageHeader(picture.Layout, format, picture.Frames);
    }

    private static ReadImage Decode(
        ReadOnlyMemory<byte> file, ImageFormat format, ImageLimits limits, CancellationToken cancel)
    {
        using var picture = EncodedPicture.Open(file, format);
        CheckPixels(picture.Width, picture.Height, limits);
        return new ReadImage(picture.Decode(cancel), format, picture.Frames) { Notes = picture.Notes };
    }

    // Some decoders make all of a picture before they give its first row, and can be stopped only between rows. Who
    // cancels does not wait for that: it ends in its own thread, and what it made is thrown away.
    private static ReadImage Abandon(Func<ReadImage> decode, CancellationToken cancel)
    {
        if (!cancel.CanBeCanceled)
        {
            return decode();
        }

        var decoding = Task.Factory.StartNew(
            decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // With the exception as it was thrown, which Wait would wrap.
        return decoding.WaitAsync(cancel).GetAwaiter().GetResult();
    }

    private static ReadOnlyMemory<byte> ReadBytes(Stream source, ImageLimits limits, CancellationToken cancel)
    {
        // The length that a stream claims is only a hint for the first allocation.
        var expected = source.CanSeek ? Math.Clamp(source.Length - source.Position, 0, limits.BytesMax) : ChunkBytes;
        using var bytes = new MemoryStream((int)Math.Min(expected, Array.MaxLength));
        var chunk = new byte[ChunkBytes];
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var count = source.Read(chunk);
            if (count == 0)
            {
                return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
            }

            CheckBytes(bytes.Length + count, limits);
            bytes.Write(chunk, 0, count);
        }
    }

    private static void CheckBytes(long bytes, ImageLimits limits)
    {
        // A file is held in one array, whatever the limit says.
        if (bytes > Math.Min(limits.BytesMax, Array.MaxLength))
        {
            throw new ImageException(
                ImageFault.TooLarge, $"The file is larger than the {limits.BytesMax} bytes that are allowed.");
        }
    }

    private static void CheckPixels(int width, int height, ImageLimits limits)
    {
        if ((long)width * height > limits.PixelsMax)
        {
            throw new ImageException(
                ImageFault.TooLarge,
                $"The picture has {width} x {height} pixels, more than the {limits.PixelsMax} that are allowed.");
        }
    }
}
