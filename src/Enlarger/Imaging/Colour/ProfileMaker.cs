using System.Buffers.Binary;
using System.Text;

namespace Enlarger.Imaging.Colour;

/// <summary>
/// Makes ICC profiles (ISO 15076-1:2022) of what files say about their colours by other means, so that it stays true in
/// every format, and conversions know it.
/// </summary>
internal static class ProfileMaker
{
    private const int HeaderBytes = 128;
    private const int TagBytes = 12;

    // Fine enough for 12 bits, which is what HDR pictures have.
    private const int TableSize = 4096;

    /// <summary>A profile for RGB, or for grey where <paramref name="channels"/> are 1 or 2.</summary>
    /// <param name="channels">Those of the picture.</param>
    /// <param name="space">The primaries and the white. They must be sound.</param>
    /// <param name="curve">The same for all channels.</param>
    /// <param name="codes">What programs that know HDR read instead of the curve; null for none.</param>
    public static byte[] Make(int channels, Chromaticities space, ToneCurve curve, CodePoints? codes = null)
    {
        var isGrey = channels < 3;
        var primaries = space.ToD50(out var adaptation);
        var tone = Curve(curve);
        List<(string Name, byte[] Data)> tags =
        [
            ("desc", Text(isGrey ? "Grey as the picture was labelled" : "RGB as the picture was labelled")),
            ("cprt", Text("No copyright, use freely")),
            ("wtpt", Xyz(IccProfile.WhiteD50)),
            ("chad", [.. "sf32\0\0\0\0"u8, .. Fixed(adaptation)]),
        ];
        if (isGrey)
        {
            tags.Add(("kTRC", tone));
        }
        else
        {
            tags.AddRange([("rXYZ", Xyz(primaries[0])), ("gXYZ", Xyz(primaries[1])), ("bXYZ", Xyz(primaries[2]))]);
            tags.AddRange([("rTRC", tone), ("gTRC", tone), ("bTRC", tone)]);
        }

        if (codes is { IsHdr: true })
        {
            // 10.3: primaries, transfer, no matrix, full range.
            tags.Add(("cicp", [.. "cicp\0\0\0\0"u8, codes.Primaries, codes.Transfer, 0, 1]));
        }

        return Join(isGrey ? "GRAY"u8 : "RGB "u8, tags);
    }

    private static byte[] Join(ReadOnlySpan<byte> colourSpace, List<(string Name, byte[] Data)> tags)
    {
        var table = HeaderBytes + 4 + (tags.Count * TagBytes);
        using var profile = new MemoryStream();
        profile.Write(new byte[table]);
        var entries = new byte[4 + (tags.Count * TagBytes)];
        BinaryPrimitives.WriteInt32BigEndian(entries, tags.Count);
        Dictionary<byte[], int> written = [];
        for (var i = 0; i < tags.Count; i++)
        {
            // Tags may share their data, as the three curves do.
            var (name, data) = tags[i];
            if (!written.TryGetValue(data, out var at))
            {
                at = written[data] = (int)profile.Position;
                profile.Write(data);
                profile.Write(new byte[-data.Length & 3]);
            }

            var entry = entries.AsSpan(4 + (i * TagBytes));
            Encoding.ASCII.GetBytes(name, entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], at);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], data.Length);
        }

        var bytes = profile.ToArray();
        var header = bytes.AsSpan(0, HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, bytes.Length);

        // Version 4.4, which brought the code points.
        (header[8], header[9]) = (4, 0x40);
        "mntr"u8.CopyTo(header[12..]);
        colourSpace.CopyTo(header[16..]);
        "XYZ "u8.CopyTo(header[20..]);

        // The same picture gives the same bytes, so there is a date, and not today's.
        ReadOnlySpan<byte> date = [0x07, 0xEA, 0, 1, 0, 1];
        date.CopyTo(header[24..]);
        "acsp"u8.CopyTo(header[36..]);
        Fixed(IccProfile.WhiteD50).CopyTo(header[68..]);
        entries.CopyTo(bytes, HeaderBytes);
        return bytes;
    }

    private static byte[] Curve(ToneCurve curve)
    {
        if (curve.Gamma > 0)
        {
            return [.. "para\0\0\0\0\0\0\0\0"u8, .. Fixed([curve.Gamma])];
        }

        if (curve == ToneCurve.Srgb)
        {
            // 10.18, type 3: IEC 61966-2-1.
            return [.. "para\0\0\0\0\0\u0003\0\0"u8, .. Fixed([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])];
        }

        var table = new byte[12 + (TableSize * 2)];
        "curv"u8.CopyTo(table);
        BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(8), TableSize);
        for (var i = 0; i < TableSize; i++)
        {
            var light = curve.HdrLight((double)i / (TableSize - 1));
            var level = (ushort)Math.Round(light * ushort.MaxValue);
            BinaryPrimitives.WriteUInt16BigEndian(table.AsSpan(12 + (i * 2)), level);
        }

        return table;
    }

    private static byte[] Xyz(double[] xyz) => [.. "XYZ \0\0\0\0"u8, .. Fixed(xyz)];

    private static byte[] Fixed(double[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), (int)Math.Round(values[i] * 65536));
        }

        return bytes;
    }

    // 10.15: one record of 12 bytes, in American English, and its text behind it.
    private static byte[] Text(string text)
    {
        var data = new byte[28 + (text.Length * 2)];
        "mluc"u8.CopyTo(data);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(12), 12);
        "enUS"u8.CopyTo(data.AsSpan(16));
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(20), text.Length * 2);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(24), 28);
        Encoding.BigEndianUnicode.GetBytes(text, data.AsSpan(28));
        return data;
    }
}
