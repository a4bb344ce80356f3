using System.Buffers.Binary;

namespace Enlarger.Imaging.Parts;

/// <summary>Counts scans and segments of a JPEG file (ITU-T T.81, annex B).</summary>
internal static class JpegParts
{
    // Cameras and editors write up to about 20 scans, programs that search for the smallest file some more. Each scan
    // costs a pass over all blocks of the picture, also where it holds three bytes.
    private const int ScansMax = 100;

    // Full ones hold 256 MiB of metadata. The decoder keeps each, and looks through all of them for each more.
    private const int SegmentsMax = 4096;

    private const byte Escape = 0xFF;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <exception cref="ImageException"><see cref="ImageFault.TooComplex"/>.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        const int LengthBytes = 2;
        var (scans, segments) = (0, 0);
        while (true)
        {
            // Decoders skip what is no marker between segments, as in the coded data of a scan.
            var found = file.IndexOf(Escape);
            if (found < 0 || found + 1 == file.Length)
            {
                return;
            }

            var marker = file[found + 1];
            if (marker == EndOfImage)
            {
                return;
            }

            // Any number of escapes may stand before a marker.
            file = file[(found + (marker == Escape ? 1 : 2))..];
            if (!HasLength(marker))
            {
                continue;
            }

            Limit(marker, ref scans, ref segments);
            if (file.Length < LengthBytes)
            {
                return;
            }

            // The length counts itself. Decoders take a smaller one for no data.
            var length = Math.Max(LengthBytes, (int)BinaryPrimitives.ReadUInt16BigEndian(file));
            file = file[Math.Min(length, file.Length)..];
        }
    }

    private static void Limit(byte marker, ref int scans, ref int segments)
    {
        if (marker == StartOfScan)
        {
            PictureParts.Limit(++scans, ScansMax, ImageFormat.Jpeg, "scans");
        }

        PictureParts.Limit(++segments, SegmentsMax, ImageFormat.Jpeg, "segments");
    }

    // Without are a zero, which makes the escape a byte of coded data, the reserved ones below the frame headers,
    // restart markers and the start of an image.
    private static bool HasLength(byte marker) => marker >= 0xC0 && marker is not (>= 0xD0 and <= 0xD8 or Escape);
}
