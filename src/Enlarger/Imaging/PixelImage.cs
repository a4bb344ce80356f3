namespace Enlarger.Imaging;

/// <summary>A picture in memory: rows top to bottom, channels interleaved, no padding.</summary>
/// <remarks>Instances do not change and may be shared between threads.</remarks>
public sealed class PixelImage
{
    /// <summary>Wraps <paramref name="samples"/> without copying them.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA (alpha is not premultiplied).</param>
    /// <param name="bitDepth">8: a byte a sample. 16: two bytes a sample, in the byte order of the machine.</param>
    /// <param name="samples"><c>width * height * channels * bitDepth / 8</c> bytes.</param>
    /// <param name="metadata">What travels with the pixels, or null for none.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the length does not fit.</exception>
    public PixelImage(
        int width, int height, int channels, int bitDepth, byte[] samples, ImageMetadata? metadata = null)
        : this(new PixelLayout(width, height, channels, bitDepth), samples, metadata)
    {
    }

    /// <summary>Wraps <paramref name="samples"/> without copying them.</summary>
    /// <param name="layout">Size, channels and depth.</param>
    /// <param name="samples"><see cref="PixelLayout.RowBytes"/> bytes for each row.</param>
    /// <param name="metadata">What travels with the pixels, or null for none.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public PixelImage(PixelLayout layout, byte[] samples, ImageMetadata? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(samples);
        Layout = layout;
        if (samples.LongLength != layout.RowBytes * layout.Height)
        {
            throw new ArgumentException(
                $"{layout.Width}x{layout.Height} with {layout.Channels} channels of {layout.BitDepth} bits needs "
                + $"{layout.RowBytes * layout.Height} bytes.",
                nameof(samples));
        }

        Samples = samples;
        Metadata = metadata is null
            ? ImageMetadata.None
            : metadata with { Size = new PixelSize(layout.Width, layout.Height) };
    }

    /// <summary>Size, channels and depth.</summary>
    public PixelLayout Layout { get; }

    /// <summary>Columns.</summary>
    public int Width => Layout.Width;

    /// <summary>Rows.</summary>
    public int Height => Layout.Height;

    /// <summary>1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</summary>
    public int Channels => Layout.Channels;

    /// <summary>8 or 16 bits a sample.</summary>
    public int BitDepth => Layout.BitDepth;

    /// <summary>The samples; 16-bit ones in the byte order of the machine.</summary>
    public ReadOnlyMemory<byte> Samples { get; }

    /// <summary>Colour profile, EXIF, XMP and density.</summary>
    public ImageMetadata Metadata { get; }

    /// <summary>The bytes of row <paramref name="y"/>, counted from the top.</summary>
    public ReadOnlySpan<byte> Row(int y) =>
        Samples.Span.Slice(checked((int)(y * Layout.RowBytes)), checked((int)Layout.RowBytes));
}
