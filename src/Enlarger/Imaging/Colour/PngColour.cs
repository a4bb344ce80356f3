using System.Buffers.Binary;

namespace Enlarger.Imaging.Colour;

/// <summary>The chunks of PNG about colour, other than iCCP (PNG specification, third edition, 11.3.2).</summary>
internal static class PngColour
{
    private const int SignatureBytes = 8;

    // Length and type before the data, a check sum behind it.
    private const int FrameBytes = 12;

    // Numbers of gAMA and cHRM are multiples of this part.
    private const double Unit = 100_000;

    /// <summary>
    /// What counts before the pixels: cICP more than a profile, a profile or sRGB more than gAMA and cHRM.
    /// </summary>
    public static ColourLabel? Find(ReadOnlySpan<byte> file)
    {
        CodePoints? codes = null;
        double? gamma = null;
        Chromaticities? space = null;
        var isSrgb = false;
        for (var at = SignatureBytes; at + FrameBytes <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var type = file.Slice(at + 4, 4);
            if (length > file.Length - at - FrameBytes || type.SequenceEqual("IDAT"u8))
            {
                break;
            }

            var data = file.Slice(at + 8, (int)length);
            if (type.SequenceEqual("cICP"u8) && data.Length == 4 && data[2] == 0)
            {
                codes = new CodePoints(data[0], data[1]);
            }
            else if (type.SequenceEqual("sRGB"u8))
            {
                isSrgb = true;
            }
            else if (type.SequenceEqual("gAMA"u8))
            {
                gamma = Gamma(data);
            }
            else if (type.SequenceEqual("cHRM"u8))
            {
                space = Space(data);
            }

            at += FrameBytes + (int)length;
        }

        if (codes is not null && ColourLabel.Of(codes, beforeProfile: true) is { } label)
        {
            return label;
        }

        return isSrgb || (gamma is null && space is null) ? null
            : new ColourLabel(
                space ?? Chromaticities.Srgb, gamma is { } value ? ToneCurve.Power(value) : ToneCurve.Srgb);
    }

    /// <summary>The chunk cICP, for RGB of full range, as samples of PNG are.</summary>
    public static byte[] CodePointsChunk(CodePoints codes)
    {
        byte[] chunk = [0, 0, 0, 4, .. "cICP"u8, codes.Primaries, codes.Transfer, 0, 1, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(12), Crc32.Of(chunk.AsSpan(4, 8)));
        return chunk;
    }

    // The exponent of the encoder; that of the display is one divided by it.
    private static double? Gamma(ReadOnlySpan<byte> data)
    {
        const double largest = 10;
        var gamma = data.Length == 4 ? Unit / BinaryPrimitives.ReadUInt32BigEndian(data) : 0;
        return gamma is >= 1 / largest and <= largest ? gamma : null;
    }

    private static Chromaticities? Space(ReadOnlySpan<byte> data)
    {
        const int bytes = 32;
        if (data.Length != bytes)
        {
            return null;
        }

        var space = new Chromaticities(Point(data, 8), Point(data, 16), Point(data, 24), Point(data, 0));
        return space.IsSound ? space : null;
    }

    private static Chromaticity Point(ReadOnlySpan<byte> data, int at) => new(
        BinaryPrimitives.ReadUInt32BigEndian(data[at..]) / Unit,
        BinaryPrimitives.ReadUInt32BigEndian(data[(at + 4)..]) / Unit);
}
