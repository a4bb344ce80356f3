using System.Buffers;
using Enlarger.Imaging.Vips;

namespace Enlarger.Imaging;

/// <summary>
/// A file that libvips decodes: the header after <see cref="Open"/>, the pixels after <see cref="Decode"/>. BMP has a
/// codec of its own.
/// </summary>
internal sealed unsafe class EncodedPicture : IDisposable
{
    // VipsAccess: rows are decoded once, in order, straight into their place.
    private const int AccessSequential = 1;

    // VipsFailOn: what the decoder calls an error, or a file that ends too early, is refused; its warnings are not.
    private const int FailOnError = 2;

    private readonly MemoryHandle _pin;
    private readonly VipsImage _image;
    private readonly ImageFormat _format;
    private readonly VipsConversion _conversion;

    private EncodedPicture(MemoryHandle pin, VipsImage image, ImageFormat format, int frames)
    {
        _pin = pin;
        _image = image;
        _format = format;
        _conversion = VipsConversion.Plan(image, format);
        Frames = frames;
    }

    /// <summary>Columns as they are stored, before the orientation is applied.</summary>
    public int Width => _image.Width;

    /// <summary>Rows as they are stored.</summary>
    public int Height => _image.Height;

    /// <summary>Frames or pages in the file.</summary>
    public int Frames { get; }

    /// <summary>What <see cref="Decode"/> returns.</summary>
    public PixelLayout Layout => _conversion.Layout;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">Damaged, or of a kind that is not read.</exception>
    public static EncodedPicture Open(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        VipsLibrary.Start();
        var frames = 0;
        if (format == ImageFormat.Png)
        {
            (file, frames) = PngChunks.Prepare(file);
        }
        else if (format == ImageFormat.Tiff)
        {
            TiffDirectory.RefuseRaw(file.Span);
        }

        var pin = file.Pin();
        VipsImage? image = null;
        try
        {
            image = Load((byte*)pin.Pointer, file.Length, format);
            return new EncodedPicture(pin, image, format, frames > 0 ? frames : image.Pages);
        }
        catch (VipsException exception)
        {
            image?.Dispose();
            pin.Dispose();
            throw Damaged(format, exception);
        }
        catch
        {
            image?.Dispose();
            pin.Dispose();
            throw;
        }
    }

    /// <summary>Decodes the pixels and turns them upright.</summary>
    /// <exception cref="ImageException">The file is damaged or cut off.</exception>
    public PixelImage Decode(CancellationToken cancel)
    {
        try
        {
            var samples = _conversion.Run(_image, cancel);
            return new PixelImage(
                Layout.Width, Layout.Height, Layout.Channels, Layout.BitDepth, samples, ReadMetadata());
        }
        catch (VipsException exception)
        {
            throw Damaged(_format, exception);
        }
    }

    public void Dispose()
    {
        _image.Dispose();
        _pin.Dispose();
    }

    private static VipsImage Load(byte* bytes, int count, ImageFormat format)
    {
        using var loader = new VipsOperation(format switch
        {
            ImageFormat.Jpeg => "jpegload_buffer",
            ImageFormat.Png => "pngload_buffer",
            ImageFormat.Webp => "webpload_buffer",
            ImageFormat.Avif => "heifload_buffer",
            ImageFormat.Tiff => "tiffload_buffer",
            ImageFormat.Gif => "gifload_buffer",
            ImageFormat.Bmp => throw new ArgumentException("BMP has its own decoder.", nameof(format)),
        });
        return loader
            .Set("buffer", bytes, count)
            .Set("access", AccessSequential)
            .Set("fail-on", FailOnError)
            .RunToImage();
    }

    private static ImageException Damaged(ImageFormat format, VipsException exception) =>
        new(ImageFault.Damaged, $"The {format.DisplayName()} file is damaged or cut off.", exception);

    private ImageMetadata ReadMetadata()
    {
        var (across, down) = _image.Density;
        return new ImageMetadata(
            ColourProfile: _conversion.KeepsProfile ? Block(_image.GetBlob(VipsImage.ColourProfileField)) : default,
            Exif: Block(ExifBlock.Normalise(_image.GetBlob(VipsImage.ExifField))),
            Xmp: Block(_image.GetBlob(VipsImage.XmpField)),
            Iptc: Block(_image.GetBlob(VipsImage.IptcField)),

            // libvips says one pixel a millimetre where a file says nothing.
            Density: (across, down) is (1, 1) || !(across > 0) || !(down > 0) ? null : Upright(across, down));
    }

    private PixelDensity Upright(double across, double down) =>
        _image.Orientation >= 5 ? new PixelDensity(down, across) : new PixelDensity(across, down);

    // A null array converts to an empty block, not to none.
    private static ReadOnlyMemory<byte>? Block(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;
}
