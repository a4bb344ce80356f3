namespace Enlarger.Imaging;

/// <summary>Size, channels and depth of a picture.</summary>
public sealed record PixelLayout
{
    /// <summary>Checks and keeps the four numbers.</summary>
    /// <exception cref="ArgumentException">
    /// A side below 1, channels outside 1 to 4, or a depth other than 8 and 16.
    /// </exception>
    public PixelLayout(int width, int height, int channels, int bitDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        if (bitDepth is not (8 or 16))
        {
            throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "8 or 16 bits a sample.");
        }

        Width = width;
        Height = height;
        Channels = channels;
        BitDepth = bitDepth;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</summary>
    public int Channels { get; }

    /// <summary>8 or 16 bits a sample.</summary>
    public int BitDepth { get; }

    /// <summary>
    /// The last of two or four channels is not alpha but something that the file does not explain, such as a selection
    /// or an ink. It hides no colours, and only TIFF holds it.
    /// </summary>
    public bool HasExtra { get; init; }

    /// <summary>The last of two or four channels is alpha.</summary>
    public bool HasAlpha => Channels is 2 or 4 && !HasExtra;

    /// <summary>Channels without alpha: 1 or 3.</summary>
    public int ColourChannels => Channels < 3 ? 1 : 3;

    /// <summary>Bytes in a row.</summary>
    public long RowBytes => (long)Width * Channels * (BitDepth / 8);
}
