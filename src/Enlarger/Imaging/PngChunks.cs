using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>Looks at the chunks of a PNG file (PNG specification, third edition, section 5) before libpng does.</summary>
internal static class PngChunks
{
    private const int SignatureBytes = 8;

    // Length and type before the data, a check sum behind it.
    private const int FrameBytes = 12;

    // Deflate shrinks at most 1032 to 1, so that what stays inflates to 4 MB at most.
    private const int CompressedTextBytesMax = 4 << 10;

    // An XMP packet is some kilobytes; those with pictures inside can be a few megabytes.
    private const int XmpBytesMax = 16 << 20;

    private static ReadOnlySpan<byte> XmpKeyword => "XML:com.adobe.xmp\0"u8;

    /// <summary>
    /// The file without texts that are a danger or useless: compressed ones that could be bombs, and large ones that are
    /// no XMP. Only XMP is kept of all texts anyway.
    /// </summary>
    /// <returns>The file itself where nothing is left out, and the frames of an animated PNG, or 0.</returns>
    public static (ReadOnlyMemory<byte> File, int Frames) Prepare(ReadOnlyMemory<byte> file)
    {
        var frames = 0;
        var kept = new List<Range>();
        var keptFrom = 0;
        var at = SignatureBytes;
        while (at + FrameBytes <= file.Length)
        {
            var data = BinaryPrimitives.ReadUInt32BigEndian(file.Span[at..]);
            if (data > file.Length - at - FrameBytes)
            {
                break;
            }

            var next = at + FrameBytes + (int)data;
            var type = file.Span[(at + 4)..(at + 8)];
            var body = file.Span[(at + 8)..(next - 4)];
            if (type.SequenceEqual("acTL"u8) && body.Length >= 4)
            {
                frames = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(body), int.MaxValue);
            }
            else if (IsUnwanted(type, body))
            {
                kept.Add(keptFrom..at);
                keptFrom = next;
            }

            at = next;
        }

        if (kept.Count == 0)
        {
            return (file, frames);
        }

        kept.Add(keptFrom..file.Length);
        return (Join(file.Span, kept), frames);
    }

    private static bool IsUnwanted(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8))
        {
            return body.Length > CompressedTextBytesMax;
        }

        if (!type.SequenceEqual("iTXt"u8))
        {
            return false;
        }

        // The byte after the keyword's zero tells whether the text is compressed.
        var keyword = body.IndexOf((byte)0);
        var isCompressed = keyword >= 0 && keyword + 1 < body.Length && body[keyword + 1] != 0;
        var isXmp = body.StartsWith(XmpKeyword);
        return body.Length > (isXmp && !isCompressed ? XmpBytesMax : CompressedTextBytesMax);
    }

    private static byte[] Join(ReadOnlySpan<byte> file, List<Range> kept)
    {
        var bytes = new List<byte>(file.Length);
        foreach (var range in kept)
        {
            bytes.AddRange(file[range]);
        }

        return [.. bytes];
    }
}
