using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging.Bmp;

/// <summary>How the pixels of a BMP file are stored (BITMAPINFOHEADER.biCompression).</summary>
internal enum BmpCompression
{
    Rgb = 0,
    Rle8 = 1,
    Rle4 = 2,
    BitFields = 3,
    AlphaBitFields = 6,
}

/// <summary>
/// The headers of a BMP file: OS/2 1 and 2, BITMAPINFOHEADER and its versions up to 5, as Microsoft documents them and
/// as Jason Summers' bmpsuite collects them.
/// </summary>
internal sealed record BmpHeader
{
    /// <summary>BITMAPFILEHEADER.</summary>
    public const int FileHeaderBytes = 14;

    /// <summary>BITMAPINFOHEADER.</summary>
    public const int InfoBytes = 40;

    /// <summary>BITMAPV5HEADER.</summary>
    public const int V5Bytes = 124;

    /// <summary>The colour space <c>MBED</c>: the file carries a profile.</summary>
    public const uint ColourSpaceEmbedded = 0x4D42_4544;

    private const int Os2V1Bytes = 12;
    private const int Os2V2BytesMin = 16;
    private const int Os2V2Bytes = 64;
    private const int V2Bytes = 52;
    private const int V3Bytes = 56;
    private const int V4Bytes = 108;

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool IsTopDown { get; init; }

    public required int BitsPerPixel { get; init; }

    public required BmpCompression Compression { get; init; }

    /// <summary>Where the pixels start, from the start of the file.</summary>
    public required int PixelsOffset { get; init; }

    /// <summary>Where the palette starts.</summary>
    public required int PaletteOffset { get; init; }

    /// <summary>Three bytes in OS/2 1, else four.</summary>
    public required int PaletteEntryBytes { get; init; }

    /// <summary>Entries that the file says the palette has.</summary>
    public required long PaletteEntries { get; init; }

    /// <summary>Masks of red, green, blue and alpha; zero where the layout is the usual one.</summary>
    public required (uint Red, uint Green, uint Blue, uint Alpha) Masks { get; init; }

    public required PixelDensity? Density { get; init; }

    /// <summary>Where the ICC profile lies; empty where there is none.</summary>
    public required Range Profile { get; init; }

    /// <summary>Bytes of an uncompressed row, padded to four.</summary>
    public long RowBytes => RowBytesFor(Width, BitsPerPixel);

    public static long RowBytesFor(int width, int bitsPerPixel) => ((long)width * bitsPerPixel + 31) / 32 * 4;

    /// <summary>Reads and checks the headers.</summary>
    /// <exception cref="ImageException">They make no sense, or describe a kind that is not read.</exception>
    public static BmpHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeaderBytes + Os2V1Bytes)
        {
            throw Damaged();
        }

        var info = file[FileHeaderBytes..];
        var bytes = ReadUInt32LittleEndian(info);
        if (bytes is not (Os2V1Bytes or (>= Os2V2BytesMin and <= Os2V2Bytes) or V4Bytes or V5Bytes)
            || bytes > info.Length)
        {
            throw Damaged();
        }

        // Offsets are unsigned; a file is at most an array.
        var pixels = ReadUInt32LittleEndian(file[10..]);
        if (pixels > file.Length)
        {
            throw Damaged();
        }

        var header = bytes == Os2V1Bytes
            ? ReadOs2V1(info, (int)pixels)
            : ReadInfo(info, (int)bytes, (int)pixels, file.Length);
        header.Check(file.Length);
        return header;
    }

    public static ImageException Damaged() =>
        new(ImageFault.Damaged, "The BMP file is damaged or cut off.");

    private static BmpHeader ReadOs2V1(ReadOnlySpan<byte> info, int pixels)
    {
        var bits = ReadUInt16LittleEndian(info[10..]);
        return new BmpHeader
        {
            Width = ReadUInt16LittleEndian(info[4..]),
            Height = ReadUInt16LittleEndian(info[6..]),
            IsTopDown = false,
            BitsPerPixel = bits,
            Compression = BmpCompression.Rgb,
            PixelsOffset = pixels,
            PaletteOffset = FileHeaderBytes + Os2V1Bytes,
            PaletteEntryBytes = 3,

            // There is no count: what lies before the pixels is the palette.
            PaletteEntries = Math.Clamp((pixels - FileHeaderBytes - Os2V1Bytes) / 3, 0, 1 << Math.Min((int)bits, 8)),
            Masks = default,
            Density = null,
            Profile = default,
        };
    }

    private static BmpHeader ReadInfo(ReadOnlySpan<byte> info, int bytes, int pixels, int fileBytes)
    {
        // OS/2 2 headers may stop after any field; what is missing counts as zero.
        Span<byte> padded = stackalloc byte[V5Bytes];
        info[..bytes].CopyTo(padded);
        var height = ReadInt32LittleEndian(padded[8..]);
        if (height == int.MinValue)
        {
            throw Damaged();
        }

        var bits = ReadUInt16LittleEndian(padded[14..]);
        var isOs2 = bytes is < InfoBytes or Os2V2Bytes;
        var compression = ReadCompression(ReadUInt32LittleEndian(padded[16..]), isOs2);
        var used = ReadUInt32LittleEndian(padded[32..]);
        var maskBytes = bytes != InfoBytes ? 0 : compression switch
        {
            BmpCompression.BitFields => 12,
            BmpCompression.AlphaBitFields => 16,
            _ => 0,
        };
        return new BmpHeader
        {
            Width = ReadInt32LittleEndian(padded[4..]),
            Height = Math.Abs(height),
            IsTopDown = height < 0,
            BitsPerPixel = bits,
            Compression = compression,
            PixelsOffset = pixels,
            PaletteOffset = FileHeaderBytes + bytes + maskBytes,
            PaletteEntryBytes = 4,
            PaletteEntries = bits > 8 ? 0 : used == 0 ? 1 << bits : used,
            Masks = ReadMasks(info, padded, bytes, maskBytes, compression),
            Density = ReadDensity(padded),
            Profile = bytes == V5Bytes ? ReadProfile(padded, fileBytes) : default,
        };
    }

    private static BmpCompression ReadCompression(uint value, bool isOs2)
    {
        // In OS/2 2 the numbers 3 and 4 mean Huffman and 24-bit runs.
        var compression = (BmpCompression)value;
        return compression switch
        {
            BmpCompression.Rgb or BmpCompression.Rle4 or BmpCompression.Rle8 => compression,
            BmpCompression.BitFields or BmpCompression.AlphaBitFields when !isOs2 => compression,
            _ => throw new ImageException(
                ImageFault.Unsupported, $"BMP pictures with compression {value} are not read."),
        };
    }

    private static (uint Red, uint Green, uint Blue, uint Alpha) ReadMasks(
        ReadOnlySpan<byte> info, ReadOnlySpan<byte> padded, int bytes, int maskBytes, BmpCompression compression)
    {
        if (compression is not (BmpCompression.BitFields or BmpCompression.AlphaBitFields))
        {
            return default;
        }

        if (info.Length < InfoBytes + maskBytes)
        {
            throw Damaged();
        }

        var masks = maskBytes > 0 ? info[InfoBytes..] : padded[InfoBytes..];
        var hasAlpha = maskBytes == 16 || bytes >= V3Bytes;
        return (
            ReadUInt32LittleEndian(masks),
            ReadUInt32LittleEndian(masks[4..]),
            ReadUInt32LittleEndian(masks[8..]),
            hasAlpha ? ReadUInt32LittleEndian(masks[12..]) : 0);
    }

    private static PixelDensity? ReadDensity(ReadOnlySpan<byte> info)
    {
        var across = ReadInt32LittleEndian(info[24..]);
        var down = ReadInt32LittleEndian(info[28..]);
        return across > 0 && down > 0 ? PixelDensity.FromMetres((uint)across, (uint)down) : null;
    }

    private static Range ReadProfile(ReadOnlySpan<byte> info, int fileBytes)
    {
        var start = FileHeaderBytes + (long)ReadUInt32LittleEndian(info[112..]);
        var end = start + ReadUInt32LittleEndian(info[116..]);
        return ReadUInt32LittleEndian(info[56..]) == ColourSpaceEmbedded && end <= fileBytes
            ? (int)start..(int)end
            : default;
    }

    private void Check(int fileBytes)
    {
        var fits = Compression switch
        {
            BmpCompression.Rgb => BitsPerPixel is 1 or 2 or 4 or 8 or 16 or 24 or 32,
            BmpCompression.Rle8 => BitsPerPixel == 8 && !IsTopDown,
            BmpCompression.Rle4 => BitsPerPixel == 4 && !IsTopDown,
            BmpCompression.BitFields or BmpCompression.AlphaBitFields => BitsPerPixel is 16 or 32,
            _ => false,
        };
        if (!fits || Width <= 0 || Height <= 0
            || PaletteOffset + PaletteEntries * PaletteEntryBytes > fileBytes)
        {
            throw Damaged();
        }

        // The padding of the last row may be missing.
        var isRuns = Compression is BmpCompression.Rle4 or BmpCompression.Rle8;
        var lastRowBytes = ((long)Width * BitsPerPixel + 7) / 8;
        if (!isRuns && PixelsOffset + RowBytes * (Height - 1) + lastRowBytes > fileBytes)
        {
            throw Damaged();
        }
    }
}
