using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Enlarger.Imaging;

/// <summary>The segments with which the JPEG files that are written begin (ITU-T T.81, B.2.4.6; JFIF 1.02).</summary>
internal static class JpegSegments
{
    /// <summary>The most that a segment holds: its length counts itself and has 16 bits.</summary>
    public const int SegmentBytesMax = ushort.MaxValue - 2;

    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App13 = 0xED;

    // The largest parts that readers are known to take (XMP specification, part 3, 1.1.3.1).
    private const int ExtendedXmpPartBytesMax = 65_400;

    private static ReadOnlySpan<byte> XmpMark => "http://ns.adobe.com/xap/1.0/\0"u8;

    /// <summary>Puts density, EXIF, XMP and IPTC at the start of the file that libvips writes.</summary>
    public static Stream Before(Stream target, ImageMetadata metadata) =>
        new FileHead(target, Length, _ => Make(metadata));

    /// <summary>Whether the records of IPTC fit.</summary>
    public static bool HoldsIptc(ReadOnlyMemory<byte> records) =>
        IptcBlock.WrapForJpeg(records.Span).Length <= SegmentBytesMax;

    // The mark of the start, and a JFIF segment where libvips writes one.
    private static int? Length(ReadOnlySpan<byte> written)
    {
        const int markBytes = 2;
        if (written.Length < markBytes + 4)
        {
            return null;
        }

        if (written[markBytes + 1] != App0)
        {
            return markBytes;
        }

        var end = markBytes + 2 + BinaryPrimitives.ReadUInt16BigEndian(written[(markBytes + 2)..]);
        return written.Length < end ? null : end;
    }

    private static byte[] Make(ImageMetadata metadata)
    {
        using var head = new MemoryStream();
        head.Write([0xFF, 0xD8]);
        Add(head, App0, [.. "JFIF\0"u8, 1, 1, .. Density(metadata.Density), 0, 0]);
        if (metadata.Exif is { } exif)
        {
            Add(head, App1, exif.Span);
        }

        if (metadata.Xmp is { } xmp)
        {
            AddXmp(head, xmp.Span);
        }

        if (metadata.Iptc is { } iptc)
        {
            Add(head, App13, IptcBlock.WrapForJpeg(iptc.Span));
        }

        return head.ToArray();
    }

    private static void Add(MemoryStream head, byte marker, ReadOnlySpan<byte> data)
    {
        Span<byte> start = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(start[2..], checked((ushort)(data.Length + 2)));
        head.Write(start);
        head.Write(data);
    }

    private static void AddXmp(MemoryStream head, ReadOnlySpan<byte> xmp)
    {
        if (xmp.Length + XmpMark.Length <= SegmentBytesMax)
        {
            Add(head, App1, [.. XmpMark, .. xmp]);
            return;
        }

#pragma warning disable CA5351 // The XMP specification names extensions by their MD5; nothing is secured by it.
        var guid = Convert.ToHexString(MD5.HashData(xmp));
#pragma warning restore CA5351
        var pointer = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/"
             xmpNote:HasExtendedXMP="{guid}"/>
            </rdf:RDF></x:xmpmeta>
            """);
        Add(head, App1, [.. XmpMark, .. Encoding.UTF8.GetBytes(pointer)]);
        Span<byte> numbers = stackalloc byte[8];
        for (var at = 0; at < xmp.Length; at += ExtendedXmpPartBytesMax)
        {
            BinaryPrimitives.WriteInt32BigEndian(numbers, xmp.Length);
            BinaryPrimitives.WriteInt32BigEndian(numbers[4..], at);
            var part = xmp.Slice(at, Math.Min(ExtendedXmpPartBytesMax, xmp.Length - at));
            Add(head, App1, [.. JpegHeader.ExtendedXmpMark, .. Encoding.ASCII.GetBytes(guid), .. numbers, .. part]);
        }
    }

    /// <summary>The unit and the two numbers of a JFIF segment.</summary>
    private static byte[] Density(PixelDensity? density)
    {
        const byte unitNone = 0;
        const byte unitInch = 1;
        const byte unitCentimetre = 2;
        if (density is null)
        {
            return [unitNone, 0, 1, 0, 1];
        }

        if (density.HasNoUnit)
        {
            // Only the ratio counts: fractions and large numbers are brought to the size that fits.
            var isWhole = density.Across % 1 == 0 && density.Down % 1 == 0;
            var largest = Math.Max(density.Across, density.Down);
            var factor = isWhole && largest <= ushort.MaxValue ? 1 : short.MaxValue / largest;
            return [unitNone, .. Number(density.Across * factor), .. Number(density.Down * factor)];
        }

        var (across, down) = density.Inches;
        var inches = Rounding(across) + Rounding(down);
        var centimetres = Rounding(density.Across * 10) + Rounding(density.Down * 10);
        return inches <= centimetres
            ? [unitInch, .. Number(across), .. Number(down)]
            : [unitCentimetre, .. Number(density.Across * 10), .. Number(density.Down * 10)];
    }

    // Relative, as centimetres have the smaller numbers.
    private static double Rounding(double number) => Math.Round(Math.Abs(Math.Round(number) - number) / number, 6);

    private static byte[] Number(double value)
    {
        var number = (ushort)Math.Clamp(Math.Round(value), 1, ushort.MaxValue);
        return [(byte)(number >> 8), (byte)number];
    }
}
