namespace Enlarger.Imaging;

/// <summary>How large a picture may be to be read. Checked before anything is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Bytes of the file. 512 MiB holds a 100-megapixel TIFF of 16 bits, and is read into memory.</summary>
    public long BytesMax { get; init; } = 512L << 20;

    /// <summary>
    /// Width times height. 2^27 (134 million) holds the largest camera's pictures and costs 1 GiB at most.
    /// </summary>
    public long PixelsMax { get; init; } = 1L << 27;
}
