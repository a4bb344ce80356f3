using System.Text;

namespace Enlarger.Imaging;

/// <summary>Tells a format by its first bytes, so that only the decoder of that format ever sees them.</summary>
internal static class ImageSniffer
{
    // Enough for the comments and the DOCTYPE that may stand before the root element of an SVG.
    private const int SvgSearchBytes = 4096;

    // A file type box lists a few brands; one that is larger than this is no picture's.
    private const int FileTypeBoxBytesMax = 1024;

    // Kinds of pictures and documents that are often sent as pictures.
    private static readonly (byte[] Magic, string Plural)[] Unsupported =
    [
        (Bytes("%PDF-"), "PDF files"),
        (Bytes("%!PS"), "PostScript files"),
        (Bytes("8BPS"), "Photoshop files"),
        (Bytes("gimp xcf"), "GIMP files"),
        (Bytes("qoif"), "QOI pictures"),
        (Bytes("farbfeld"), "Farbfeld pictures"),
        (Bytes("DDS "), "DDS textures"),
        (Bytes("#?RADIANCE"), "Radiance pictures"),
        (Bytes("#?RGBE"), "Radiance pictures"),
        (Bytes("v/1\u0001"), "OpenEXR pictures"),
        (Bytes("FUJIFILMCCD-RAW"), "raw camera pictures"),
        (Bytes("BA\0\0"), "OS/2 bitmap arrays"),
        ([0xFF, 0x0A], "JPEG XL pictures"),
        ([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', 13, 10, 0x87, 10], "JPEG XL pictures"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', 13, 10, 0x87, 10], "JPEG 2000 pictures"),
        ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000 pictures"),
        ([0xFF, 0xD8, 0xFF, 0xF7], "JPEG-LS pictures"),
        ([0, 0, 1, 0], "Windows icons"),
        ([0, 0, 2, 0], "Windows cursors"),
        ([(byte)'I', (byte)'I', 0xBC], "JPEG XR pictures"),
        ([0x8A, (byte)'M', (byte)'N', (byte)'G'], "MNG pictures"),
        ([0xD7, 0xCD, 0xC6, 0x9A], "Windows metafiles"),
        ([0x1A, 0x45, 0xDF, 0xA3], "Matroska and WebM videos"),
    ];

    /// <summary>The format of the file that begins with <paramref name="start"/>.</summary>
    /// <exception cref="ImageException">None that is read.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            throw new ImageException(ImageFault.Unrecognised, "The file is empty.");
        }

        foreach (var (magic, plural) in Unsupported)
        {
            if (start.StartsWith(magic))
            {
                throw NotRead(plural);
            }
        }

        if (Known(start) is { } format)
        {
            return format;
        }

        if (start.Length >= 3
            && start[0] == 'P'
            && start[1] is >= (byte)'1' and <= (byte)'7'
            && char.IsWhiteSpace((char)start[2]))
        {
            throw NotRead("Netpbm pictures");
        }

        if (start[..Math.Min(start.Length, SvgSearchBytes)].IndexOf("<svg"u8) >= 0)
        {
            throw NotRead("SVG pictures");
        }

        throw new ImageException(ImageFault.Unrecognised, "The file is not a picture of a known kind.");
    }

    private static ImageFormat? Known(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFormat.Jpeg;
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
        {
            return ImageFormat.Png;
        }

        if (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..12].SequenceEqual("WEBP"u8))
        {
            return ImageFormat.Webp;
        }

        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }

        if (start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8)
            || start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8))
        {
            return ImageFormat.Tiff;
        }

        if (start.StartsWith("BM"u8))
        {
            return ImageFormat.Bmp;
        }

        return start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8) ? FromBrands(start) : null;
    }

    /// <summary>Reads the brands of an ISO base media file (ISO/IEC 14496-12, 4.3).</summary>
    private static ImageFormat FromBrands(ReadOnlySpan<byte> start)
    {
        var box = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(start);
        var end = (int)Math.Min(Math.Min(box, FileTypeBoxBytesMax), start.Length);
        var major = Encoding.Latin1.GetString(start[8..12]);
        var brands = new List<string> { major };
        for (var at = 16; at + 4 <= end; at += 4)
        {
            brands.Add(Encoding.Latin1.GetString(start[at..(at + 4)]));
        }

        if (brands.Contains("avif") || brands.Contains("avis"))
        {
            return ImageFormat.Avif;
        }

        throw major switch
        {
            "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "mif1" or "msf1" => NotRead("HEIC pictures"),
            "crx " => NotRead("raw camera pictures"),
            _ => NotRead("MP4 and QuickTime files"),
        };
    }

    private static ImageException NotRead(string plural) =>
        new(ImageFault.Unsupported, $"{plural} are not read.");

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
