using System.Buffers.Binary;
using System.Text;

namespace Enlarger.Tests.Imaging;

/// <summary>Makes small ICC profiles (ISO 15076-1).</summary>
internal static class IccFile
{
    /// <summary>The primaries of Display P3, adapted to D50, with a gamma of 2.2.</summary>
    public static byte[] DisplayP3() =>
        Make("RGB ",
            ("desc", Description()),
            ("wtpt", Xyz(0.9642, 1, 0.8249)),
            ("rXYZ", Xyz(0.5151, 0.2412, -0.0011)),
            ("gXYZ", Xyz(0.2920, 0.6922, 0.0419)),
            ("bXYZ", Xyz(0.1571, 0.0666, 0.7841)),
            ("rTRC", Gamma()),
            ("gTRC", Gamma()),
            ("bTRC", Gamma()));

    /// <summary>Grey with a gamma of 2.2.</summary>
    public static byte[] Grey() =>
        Make("GRAY", ("desc", Description()), ("wtpt", Xyz(0.9642, 1, 0.8249)), ("kTRC", Gamma()));

    private static byte[] Make(string colourSpace, params (string Name, byte[] Data)[] tags)
    {
        const int headerBytes = 128;
        var table = headerBytes + 4 + tags.Length * 12;
        var profile = new byte[table + tags.Sum(tag => tag.Data.Length)];
        BinaryPrimitives.WriteInt32BigEndian(profile, profile.Length);
        profile[8] = 2;
        profile[9] = 0x40;
        Text("mntr", profile.AsSpan(12));
        Text(colourSpace, profile.AsSpan(16));
        Text("XYZ ", profile.AsSpan(20));
        Text("acsp", profile.AsSpan(36));
        Xyz(0.9642, 1, 0.8249).AsSpan(8).CopyTo(profile.AsSpan(68));
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(headerBytes), tags.Length);
        var at = table;
        for (var i = 0; i < tags.Length; i++)
        {
            var entry = profile.AsSpan(headerBytes + 4 + i * 12);
            Text(tags[i].Name, entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], at);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], tags[i].Data.Length);
            tags[i].Data.CopyTo(profile, at);
            at += tags[i].Data.Length;
        }

        return profile;
    }

    private static byte[] Xyz(double x, double y, double z)
    {
        var data = new byte[20];
        Text("XYZ ", data);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8), (int)Math.Round(x * 65536));
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(12), (int)Math.Round(y * 65536));
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(16), (int)Math.Round(z * 65536));
        return data;
    }

    private static byte[] Gamma() => [.. "curv"u8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0x33, 0, 0];

    private static byte[] Description()
    {
        var data = new byte[104];
        Text("desc", data);
        data[11] = 5;
        Text("test", data.AsSpan(12));
        return data;
    }

    private static void Text(string text, Span<byte> target) => Encoding.ASCII.GetBytes(text).CopyTo(target);
}
