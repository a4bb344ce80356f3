using System.Buffers.Binary;

namespace Enlarger.Tests.Imaging;

/// <summary>Changes the segments of JPEG files (ITU-T T.81, annex B).</summary>
internal static class JpegFile
{
    /// <summary>The file with another segment directly after its first marker.</summary>
    public static byte[] With(byte[] file, byte marker, ReadOnlySpan<byte> content)
    {
        var segment = new byte[4 + content.Length];
        segment[0] = 0xFF;
        segment[1] = marker;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        content.CopyTo(segment.AsSpan(4));
        return [.. file[..2], .. segment, .. file[2..]];
    }

    /// <summary>The file with an ICC profile, which may be anything, in one APP2 segment.</summary>
    public static byte[] WithProfile(byte[] file, ReadOnlySpan<byte> profile) =>
        With(file, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. profile]);
}
