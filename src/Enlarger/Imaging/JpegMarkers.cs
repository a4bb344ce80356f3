using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>Looks at the markers of a JPEG file (ITU-T T.81, annex B) before the decoder.</summary>
internal static class JpegMarkers
{
    private const byte Escape = 0xFF;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const int Coefficients = 64;

    // Coded data of no picture, without an escape in it.
    private static ReadOnlySpan<byte> OtherData =>
    [
        0x5A, 0x93, 0x2C, 0xE1, 0x76, 0x0D, 0xB8, 0x4F, 0xA2, 0x39, 0xD4, 0x67, 0x1B, 0xC8, 0x85, 0x3E,
        0x71, 0xAC, 0x56, 0x0B, 0xE9, 0x94, 0x2F, 0xD2, 0x6D, 0x18, 0xB3, 0x4A, 0xC5, 0x7E, 0x21, 0x9C,
    ];

    private static ReadOnlySpan<byte> EndMarker => [Escape, EndOfImage];

    /// <summary>Completes a file that ends without its last marker, as cameras and cut downloads leave it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="probe">
    /// The same with other coded data behind its own; null where the marker was there. If both decode to the same
    /// samples, none of them depends on data that is missing, which the decoder would make up.
    /// </param>
    /// <exception cref="ImageException">A kind that is not read, or a whole scan is missing.</exception>
    public static ReadOnlyMemory<byte> Complete(ReadOnlyMemory<byte> file, out ReadOnlyMemory<byte>? probe)
    {
        probe = null;
        var scans = new Dictionary<byte, byte[]>();
        var at = 2;
        while (NextMarker(file.Span, ref at) is { } marker)
        {
            if (marker == EndOfImage)
            {
                return file;
            }

            if (IsFrame(marker))
            {
                RefuseFrame(marker, Segment(file.Span, at));
                foreach (var component in Components(Segment(file.Span, at)))
                {
                    scans.TryAdd(component, NothingKnown());
                }
            }
            else if (marker == StartOfScan)
            {
                Note(Segment(file.Span, at), scans);
            }

            at += SegmentBytes(file.Span, at);
        }

        if (scans.Count == 0 || scans.Values.Any(bits => bits.AsSpan().ContainsAnyExcept((byte)0)))
        {
            throw new ImageException(ImageFault.Damaged, "The JPEG file is damaged or cut off.");
        }

        // Zeros behind the data are not of it: some programs fill up a block of the disk.
        var data = file.Span.TrimEnd((byte)0);
        ReadOnlySpan<byte> escaped = data.Length < file.Length && data[^1] == Escape ? [0] : [];
        probe = (byte[])[.. data, .. escaped, .. OtherData, .. EndMarker];
        return (byte[])[.. data, .. escaped, .. EndMarker];
    }

    // The next marker that has a segment or ends the picture; leaves the position behind it.
    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length)
        {
            var found = file[at..].IndexOf(Escape);
            if (found < 0 || at + found + 1 >= file.Length)
            {
                return null;
            }

            var marker = file[at + found + 1];
            at += found + (marker == Escape ? 1 : 2);
            if (marker >= 0xC0 && marker is not (>= 0xD0 and <= 0xD8 or Escape))
            {
                return marker;
            }
        }

        return null;
    }

    private static int SegmentBytes(ReadOnlySpan<byte> file, int at) =>
        at + 2 <= file.Length ? Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(file[at..])) : 2;

    // Without its length.
    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, int at)
    {
        var end = Math.Min(at + SegmentBytes(file, at), file.Length);
        return at + 2 <= end ? file[(at + 2)..end] : [];
    }

    // Of the range, three are no frames: Huffman tables, a reserved one, and arithmetic coding.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static void RefuseFrame(byte marker, ReadOnlySpan<byte> frame)
    {
        var kind = marker switch
        {
            0xC3 or 0xCB => "lossless coding",
            0xC5 or 0xC6 or 0xC7 or 0xCD or 0xCE or 0xCF => "hierarchical coding",
            _ when frame.Length >= 1 && frame[0] is not 8 => $"{frame[0]} bits a sample",
            _ when frame.Length >= 6 && frame[5] is not (1 or 3 or 4) => $"{frame[5]} channels",
            _ => null,
        };
        if (kind is not null)
        {
            throw new ImageException(ImageFault.Unsupported, $"JPEG pictures with {kind} are not read.");
        }
    }

    private static byte[] Components(ReadOnlySpan<byte> frame)
    {
        const int headBytes = 6;
        const int componentBytes = 3;
        if (frame.Length < headBytes)
        {
            return [];
        }

        var components = new byte[Math.Min(frame[5], (frame.Length - headBytes) / componentBytes)];
        for (var i = 0; i < components.Length; i++)
        {
            components[i] = frame[headBytes + (i * componentBytes)];
        }

        return components;
    }

    // Low bits of each coefficient that no scan has brought yet.
    private static byte[] NothingKnown()
    {
        var bits = new byte[Coefficients];
        bits.AsSpan().Fill(byte.MaxValue);
        return bits;
    }

    private static void Note(ReadOnlySpan<byte> scan, Dictionary<byte, byte[]> scans)
    {
        var count = scan.IsEmpty ? 0 : scan[0];
        var tail = 1 + (count * 2);
        if (scan.Length < tail + 3)
        {
            return;
        }

        int first = scan[tail], last = Math.Min((int)scan[tail + 1], Coefficients - 1), low = scan[tail + 2] & 15;
        for (var i = 0; i < count; i++)
        {
            if (scans.TryGetValue(scan[1 + (i * 2)], out var bits) && first <= last)
            {
                bits.AsSpan(first, last - first + 1).Fill((byte)low);
            }
        }
    }
}
