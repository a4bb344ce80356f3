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

    private const ushort TiffIptc = 33723;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly PreparedPng? _png;
    private readonly MemoryHandle _pin;
    private readonly VipsImage _image;
    private readonly ImageFormat _format;
    private readonly VipsConversion _conversion;

    private EncodedPicture(
        ReadOnlyMemory<byte> file, MemoryHandle pin, VipsImage image, ImageFormat format, PreparedPng? png)
    {
        _file = file;
        _png = png;
        _pin = pin;
        _image = image;
        _format = format;
        _conversion = VipsConversion.Plan(image, format);
        Frames = png?.Frames ?? image.Pages;
    }

    /// <summary>Columns as they are stored, before the orientation is applied.</summary>
    public int Width => _image.Width;

    /// <summary>Rows as they are stored.</summary>
    public int Height => _image.Height;

    /// <summary>Frames or pages in the file.</summary>
    public int Frames { get; }

    /// <summary>What <see cref="Decode"/> returns.</summary>
    public PixelLayout Layout => _conversion.Layout;

    /// <summary>What the file holds and could not be used, one sentence each.</summary>
    public IReadOnlyList<string> Notes => _conversion.Notes;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">Damaged, or of a kind that is not read.</exception>
    public static EncodedPicture Open(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        VipsLibrary.Start();
        PreparedPng? png = null;
        if (format == ImageFormat.Png)
        {
            png = PngChunks.Prepare(file);
            file = png.File;
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
            return new EncodedPicture(file, pin, image, format, png);
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
        var exif = ExifBlock.Normalise(_image.GetBlob(VipsImage.ExifField));
        return new ImageMetadata(
            _conversion.Profile,
            Block(exif),
            Block(_image.GetBlob(VipsImage.XmpField)),
            Block(ReadIptc()),
            ReadDensity(exif));
    }

    private byte[]? ReadIptc()
    {
        if (_format != ImageFormat.Tiff)
        {
            return IptcBlock.Unwrap(_image.GetBlob(VipsImage.IptcField));
        }

        // libvips takes the number of values for a number of bytes, and they may be LONGs: so the tag is read here.
        return IptcBlock.Unwrap(TiffDirectory.FindBytes(_file.Span, TiffIptc));
    }

    private PixelDensity? ReadDensity(byte[]? exif)
    {
        // libvips invents 72 dots an inch for PNG and JPEG, and one pixel a millimetre elsewhere.
        var isTold = _format switch
        {
            ImageFormat.Png => _png!.HasDensity,
            ImageFormat.Jpeg => _image.HasField(VipsImage.DensityUnitField),
            ImageFormat.Tiff => _image.Density is not (1, 1),
            ImageFormat.Webp or ImageFormat.Avif or ImageFormat.Gif or ImageFormat.Bmp => false,
        };
        var (across, down) = _image.Density;
        var density = isTold && across > 0 && down > 0
            ? new PixelDensity(across, down)
            : exif is null ? null : ExifBlock.Density(exif);
        return density is not null && _image.Orientation >= 5
            ? new PixelDensity(density.Down, density.Across)
            : density;
    }

    // A null array converts to an empty block, not to none.
    private static ReadOnlyMemory<byte>? Block(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;
}
