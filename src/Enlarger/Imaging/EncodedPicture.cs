using System.Buffers;
using Enlarger.Imaging.Colour;
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
    private const int FailOnWarning = 3;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly PreparedPng? _png;
    private readonly MemoryHandle _pin;
    private readonly VipsImage _image;
    private readonly ImageFormat _format;
    private readonly VipsConversion _conversion;
    private readonly List<string> _notes = [];
    private ReadOnlyMemory<byte>? _probe;

    private EncodedPicture(
        ReadOnlyMemory<byte> file,
        MemoryHandle pin,
        VipsImage image,
        ImageFormat format,
        PreparedPng? png,
        TiffKind? tiff)
    {
        _file = file;
        _png = png;
        _pin = pin;
        _image = image;
        _format = format;
        _conversion = VipsConversion.Plan(image, format, tiff);
        Frames = format == ImageFormat.Avif
            ? Math.Max(image.Pages, AvifFile.Frames(file.Span))
            : png?.Frames ?? image.Pages;
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
    public IReadOnlyList<string> Notes => [.. _conversion.Notes, .. _notes];

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">Damaged, or of a kind that is not read.</exception>
    public static EncodedPicture Open(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        VipsLibrary.Start();
        PreparedPng? png = null;
        TiffKind? tiff = null;
        ReadOnlyMemory<byte>? probe = null;
        var failOn = FailOnError;
        if (format == ImageFormat.Png)
        {
            png = PngChunks.Prepare(file);
            file = png.File;
        }
        else if (format == ImageFormat.Tiff)
        {
            TiffDirectory.RefuseRaw(file.Span);
            tiff = TiffKind.Read(file.Span);
        }
        else if (format == ImageFormat.Jpeg)
        {
            file = JpegMarkers.Complete(file, out probe);
            failOn = probe is null ? FailOnError : FailOnWarning;
        }

        var pin = file.Pin();
        VipsImage? image = null;
        try
        {
            image = Load((byte*)pin.Pointer, file.Length, format, failOn);
            return new EncodedPicture(file, pin, image, format, png, tiff) { _probe = probe };
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
            if (_probe is { } probe && !DecodesTo(samples, probe, cancel))
            {
                throw new ImageException(ImageFault.Damaged, "The JPEG file is damaged or cut off.");
            }

            return new PixelImage(Layout, samples, WithLabel(ReadMetadata()));
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

    private bool DecodesTo(byte[] samples, ReadOnlyMemory<byte> file, CancellationToken cancel)
    {
        using var pin = file.Pin();
        using var image = Load((byte*)pin.Pointer, file.Length, _format, FailOnError);
        return _conversion.Run(image, cancel).AsSpan().SequenceEqual(samples);
    }

    private static VipsImage Load(byte* bytes, int count, ImageFormat format, int failOn)
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
            .Set("fail-on", failOn)
            .RunToImage();
    }

    private static ImageException Damaged(ImageFormat format, VipsException exception) =>
        new(ImageFault.Damaged, $"The {format.DisplayName()} file is damaged or cut off.", exception);

    private ImageMetadata ReadMetadata()
    {
        var jpeg = _format == ImageFormat.Jpeg ? JpegHeader.Read(_file) : null;
        var exif = _format == ImageFormat.Tiff
            ? ExifBlock.Of(TiffTags.Read(_file.Span))
            : ReadExif(_image.GetBlob(VipsImage.ExifField));
        var hasGainMap = jpeg?.HasGainMap == true || (_format == ImageFormat.Avif && AvifFile.HasGainMap(_file.Span));
        var xmp = ReadXmp(jpeg, ref hasGainMap);
        if (hasGainMap)
        {
            _notes.Add(
                "The gain map, which makes an HDR picture of it, was left out: the result is the picture without HDR.");
        }

        if (_png?.TextsLeftOut > 0)
        {
            _notes.Add($"Texts that are damaged or very long were left out: {_png.TextsLeftOut}.");
        }

        return new ImageMetadata(
            _conversion.Profile, Block(exif), Block(xmp), Block(ReadIptc()), ReadDensity(jpeg, exif))
        {
            PngTexts = Block(_png?.Texts),
        };
    }

    // A profile that says what the file says otherwise about its colours.
    private ImageMetadata WithLabel(ImageMetadata metadata)
    {
        var label = ColourLabel.Find(_file.Span, _format, _image.GetBlob(VipsImage.ExifField));
        return label is null || (metadata.ColourProfile is not null && !label.BeforeProfile)
            ? metadata
            : metadata with { ColourProfile = Block(label.ToProfile(Layout.Channels)), CodePoints = label.Codes };
    }

    private byte[]? ReadExif(byte[]? block)
    {
        var exif = ExifBlock.Normalise(block);
        if (block is not null && exif is null)
        {
            _notes.Add("The EXIF block is damaged and was left out.");
        }

        return exif;
    }

    private byte[]? ReadXmp(JpegHeader? jpeg, ref bool hasGainMap)
    {
        if (_image.GetBlob(VipsImage.XmpField) is not { } packet)
        {
            return null;
        }

        var reading = XmpPacket.Normalise(packet, jpeg?.ExtendedXmp(packet), _image.Orientation);
        hasGainMap |= reading.HasGainMap;
        if (reading.Packet is null)
        {
            _notes.Add(XmpPacket.DamagedNote);
        }

        if (reading.HasCompanions)
        {
            _notes.Add("What belongs to the picture in the same file, such as a depth map or a film, was left out.");
        }

        return reading.Packet;
    }

    // libvips takes the number of values in TIFF for a number of bytes, and they may be LONGs: so the tag is read here.
    private byte[]? ReadIptc() =>
        IptcBlock.Unwrap(_format == ImageFormat.Tiff
            ? TiffDirectory.FindBytes(_file.Span, TiffTags.Iptc)
            : _image.GetBlob(VipsImage.IptcField));

    // What the format itself tells counts more than EXIF: programs that set a density change it there, and often leave
    // what the camera wrote into EXIF. A ratio without a unit counts less.
    private PixelDensity? ReadDensity(JpegHeader? jpeg, byte[]? exif)
    {
        var own = _format switch
        {
            ImageFormat.Png => _png!.Density,
            ImageFormat.Jpeg => jpeg!.Density,
            ImageFormat.Tiff => ExifBlock.TiffDensity(_file.Span),
            ImageFormat.Webp or ImageFormat.Avif or ImageFormat.Gif or ImageFormat.Bmp => null,
        };
        var density = own is { HasNoUnit: false } || exif is null ? own : ExifBlock.Density(exif) ?? own;
        return _image.Orientation >= 5 ? density?.Turned() : density;
    }

    // A null array converts to an empty block, not to none.
    private static ReadOnlyMemory<byte>? Block(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;
}
