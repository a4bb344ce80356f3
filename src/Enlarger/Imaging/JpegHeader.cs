using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>
/// What the segments before the pixels of a JPEG file tell and libvips does not: the density of JFIF by itself, the
/// second part of a long XMP packet, and whether there is a gain map.
/// </summary>
/// <param name="Density">The density of the JFIF segment; null where it names neither unit nor ratio.</param>
/// <param name="HasGainMap">A second picture makes an HDR picture of this one.</param>
internal sealed record JpegHeader(PixelDensity? Density, bool HasGainMap)
{
    // What a packet may have in all, as in PNG.
    private const int ExtendedXmpBytesMax = PngChunks.XmpBytesMax;

    private const byte MarkerStart = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const int GuidBytes = 32;

    // Behind the mark: the GUID, the length of the whole, and where in it this part belongs.
    private const int ExtensionHeadBytes = GuidBytes + 8;

    // Parts of the extension by their GUIDs, as they stand in the file.
    private readonly List<ReadOnlyMemory<byte>> _extensions = [];

    /// <summary>Begins a segment with a part of a long packet (XMP specification, part 3, 1.1.3.1).</summary>
    public static ReadOnlySpan<byte> ExtendedXmpMark => "http://ns.adobe.com/xmp/extension/\0"u8;

    private static ReadOnlySpan<byte> JfifMark => "JFIF\0"u8;

    private static ReadOnlySpan<byte> MultiPictureMark => "MPF\0"u8;

    private static ReadOnlySpan<byte> GainMapMark => "urn:iso:std:iso:ts:21496:-1\0"u8;

    // Apple's name for the kind of the second picture, in the XMP packet of that one.
    private static ReadOnlySpan<byte> AppleGainMap => "urn:com:apple:photo:2020:aux:hdrgainmap"u8;

    /// <summary>Reads the segments; whatever is damaged is not there.</summary>
    public static JpegHeader Read(ReadOnlyMemory<byte> file)
    {
        var header = new JpegHeader(null, HasGainMap: false);
        var bytes = file.Span;
        var at = 2;
        while (at + 4 <= bytes.Length && bytes[at] == MarkerStart)
        {
            var marker = bytes[at + 1];
            if (marker == MarkerStart)
            {
                at++;
                continue;
            }

            if (marker is StartOfScan or EndOfImage)
            {
                break;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2 || at + 2 + length > bytes.Length)
            {
                break;
            }

            header = header.With(marker, file.Slice(at + 4, length - 2), bytes[at..]);
            at += 2 + length;
        }

        return header;
    }

    /// <summary>The second part of a packet; null where there is none, or not all of it.</summary>
    public byte[]? ExtendedXmp(ReadOnlySpan<byte> packet)
    {
        byte[]? whole = null;
        var count = 0;
        foreach (var part in _extensions)
        {
            var head = part.Span[..ExtensionHeadBytes];
            var length = BinaryPrimitives.ReadUInt32BigEndian(head[GuidBytes..]);
            var start = BinaryPrimitives.ReadUInt32BigEndian(head[(GuidBytes + 4)..]);
            var text = part.Span[ExtensionHeadBytes..];
            if (packet.IndexOf(head[..GuidBytes]) < 0 || length > ExtendedXmpBytesMax)
            {
                continue;
            }

            whole ??= new byte[length];
            if (whole.Length != length || start > whole.Length - text.Length)
            {
                return null;
            }

            text.CopyTo(whole.AsSpan((int)start));
            count += text.Length;
        }

        return count == whole?.Length ? whole : null;
    }

    private JpegHeader With(byte marker, ReadOnlyMemory<byte> data, ReadOnlySpan<byte> rest)
    {
        var bytes = data.Span;
        switch (marker)
        {
            case App0 when bytes.StartsWith(JfifMark) && bytes.Length >= 12 && Density is null:
                return this with { Density = ReadDensity(bytes) };
            case App1 when bytes.StartsWith(ExtendedXmpMark)
                && bytes.Length >= ExtendedXmpMark.Length + ExtensionHeadBytes:
                _extensions.Add(data[ExtendedXmpMark.Length..]);
                return this;
            case App2 when bytes.StartsWith(GainMapMark)
                || (bytes.StartsWith(MultiPictureMark) && rest.IndexOf(AppleGainMap) >= 0):
                return this with { HasGainMap = true };
            default:
                return this;
        }
    }

    private static PixelDensity? ReadDensity(ReadOnlySpan<byte> jfif)
    {
        const byte unitNone = 0;
        const byte unitInch = 1;
        const byte unitCentimetre = 2;
        var across = BinaryPrimitives.ReadUInt16BigEndian(jfif[8..]);
        var down = BinaryPrimitives.ReadUInt16BigEndian(jfif[10..]);
        return jfif[7] switch
        {
            _ when across == 0 || down == 0 => null,
            unitInch => PixelDensity.FromInches(across, down),
            unitCentimetre => new PixelDensity(across / 10.0, down / 10.0),

            // Square pixels of unknown size are what everybody takes for granted.
            unitNone when across != down => new PixelDensity(across, down) { HasNoUnit = true },
            _ => null,
        };
    }
}
