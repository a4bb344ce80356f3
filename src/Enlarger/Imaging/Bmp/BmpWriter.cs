using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging.Bmp;

/// <summary>
/// Writes BMP files row by row, top-down, so that nothing is held: grey as 8 bits with a palette of greys, RGB as 24
/// bits, alpha as 32 bits with masks. A profile or alpha takes the V5 header, else every program's INFO header will do.
/// </summary>
internal static class BmpWriter
{
    private const int GreyEntries = 256;
    private const uint BitFields = (uint)BmpCompression.BitFields;

    // 'sRGB', and the intent that means pictures.
    private const uint ColourSpaceSrgb = 0x7352_4742;
    private const uint IntentImages = 4;

    /// <summary>The file stays below 2 GiB, the size that programs can be expected to read.</summary>
    public static bool Fits(PixelLayout layout) =>
        BmpHeader.RowBytesFor(layout.Width, BitsPerPixel(layout)) * layout.Height
            + BmpHeader.FileHeaderBytes + BmpHeader.V5Bytes + GreyEntries * 4 <= int.MaxValue;

    /// <summary>Pulls the rows of 8-bit samples and writes the file.</summary>
    public static void Write(
        PixelLayout layout, ImageMetadata metadata, RowSource rows, Stream target, CancellationToken cancel)
    {
        var profile = Profile(layout, metadata);
        target.Write(Headers(layout, metadata.Density, profile.Length));
        var source = new byte[layout.RowBytes];
        var row = new byte[BmpHeader.RowBytesFor(layout.Width, BitsPerPixel(layout))];
        for (var y = 0; y < layout.Height; y++)
        {
            cancel.ThrowIfCancellationRequested();
            rows(y, source);
            Swap(source, row, layout.Channels);
            target.Write(row);
        }

        target.Write(profile.Span);
    }

    // A grey profile does not describe the RGB that grey with alpha becomes.
    private static ReadOnlyMemory<byte> Profile(PixelLayout layout, ImageMetadata metadata) =>
        (layout.Channels == 2 ? null : IccProfile.Sound(metadata.ColourProfile, layout.Channels)) ?? default;

    // Grey with alpha has no form of its own and is written as RGB with alpha.
    private static int BitsPerPixel(PixelLayout layout) => layout.Channels switch { 1 => 8, 3 => 24, _ => 32 };

    private static byte[] Headers(PixelLayout layout, PixelDensity? density, int profileBytes)
    {
        var bits = BitsPerPixel(layout);
        var infoBytes = layout.HasAlpha || profileBytes > 0 ? BmpHeader.V5Bytes : BmpHeader.InfoBytes;
        var paletteBytes = bits == 8 ? GreyEntries * 4 : 0;
        var pixelsOffset = BmpHeader.FileHeaderBytes + infoBytes + paletteBytes;
        var pixelBytes = (uint)(BmpHeader.RowBytesFor(layout.Width, bits) * layout.Height);
        var headers = new byte[pixelsOffset];
        "BM"u8.CopyTo(headers);
        WriteUInt32LittleEndian(headers.AsSpan(2), (uint)pixelsOffset + pixelBytes + (uint)profileBytes);
        WriteInt32LittleEndian(headers.AsSpan(10), pixelsOffset);

        var info = headers.AsSpan(BmpHeader.FileHeaderBytes);
        WriteInt32LittleEndian(info, infoBytes);
        WriteInt32LittleEndian(info[4..], layout.Width);

        // Negative: top-down.
        WriteInt32LittleEndian(info[8..], -layout.Height);
        WriteUInt16LittleEndian(info[12..], 1);
        WriteUInt16LittleEndian(info[14..], (ushort)bits);
        WriteUInt32LittleEndian(info[16..], layout.HasAlpha ? BitFields : 0);
        WriteUInt32LittleEndian(info[20..], pixelBytes);
        if (density is { HasNoUnit: false })
        {
            WriteInt32LittleEndian(info[24..], density.Metres.Across);
            WriteInt32LittleEndian(info[28..], density.Metres.Down);
        }

        if (infoBytes == BmpHeader.V5Bytes)
        {
            WriteV5(info, layout, paletteBytes + (int)pixelBytes + infoBytes, profileBytes);
        }

        for (var i = 0; i < paletteBytes; i++)
        {
            info[infoBytes + i] = i % 4 == 3 ? (byte)0 : (byte)(i / 4);
        }

        return headers;
    }

    private static void WriteV5(Span<byte> info, PixelLayout layout, int profileOffset, int profileBytes)
    {
        if (layout.HasAlpha)
        {
            WriteUInt32LittleEndian(info[40..], 0x00FF0000);
            WriteUInt32LittleEndian(info[44..], 0x0000FF00);
            WriteUInt32LittleEndian(info[48..], 0x000000FF);
            WriteUInt32LittleEndian(info[52..], 0xFF000000);
        }

        WriteUInt32LittleEndian(info[56..], profileBytes > 0 ? BmpHeader.ColourSpaceEmbedded : ColourSpaceSrgb);
        WriteUInt32LittleEndian(info[108..], IntentImages);
        if (profileBytes > 0)
        {
            WriteInt32LittleEndian(info[112..], profileOffset);
            WriteInt32LittleEndian(info[116..], profileBytes);
        }
    }

    private static void Swap(ReadOnlySpan<byte> source, Span<byte> target, int channels)
    {
        switch (channels)
        {
            case 1:
                source.CopyTo(target);
                break;
            case 2:
                for (int from = 0, to = 0; from < source.Length; from += 2, to += 4)
                {
                    target[to..(to + 3)].Fill(source[from]);
                    target[to + 3] = source[from + 1];
                }

                break;
            default:
                for (var i = 0; i < source.Length; i += channels)
                {
                    (target[i], target[i + 1], target[i + 2]) = (source[i + 2], source[i + 1], source[i]);
                    if (channels == 4)
                    {
                        target[i + 3] = source[i + 3];
                    }
                }

                break;
        }
    }
}
