using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>A PNG file as libpng shall see it.</summary>
/// <param name="File">The bytes; those that came in where nothing had to change.</param>
/// <param name="Frames">Frames of an animated PNG, 1 for others.</param>
/// <param name="HasDensity">The file tells its pixels a metre.</param>
internal sealed record PreparedPng(ReadOnlyMemory<byte> File, int Frames, bool HasDensity);

/// <summary>Looks at the chunks of a PNG file (PNG specification, third edition, section 5) before libpng.</summary>
internal static class PngChunks
{
    private const int SignatureBytes = 8;

    // Length and type before the data, a check sum behind it.
    private const int FrameBytes = 12;

    // Deflate shrinks at most 1032 to 1, so that what stays inflates to 4 MB at most.
    private const int TextBytesMax = 4 << 10;

    // libpng itself stops inflating a chunk at 8 MB; what compresses to more than this is no packet of metadata.
    private const int CompressedXmpBytesMax = 256 << 10;

    // An XMP packet is some kilobytes; those with pictures inside can be a few megabytes.
    private const int XmpBytesMax = 16 << 20;

    private static ReadOnlySpan<byte> XmpKeyword => "XML:com.adobe.xmp\0"u8;

    /// <summary>
    /// Leaves out texts that are a danger or useless: compressed ones that could be bombs, and large ones that are no
    /// XMP. Only XMP is kept of all texts anyway. EXIF and XMP behind the pixels move in front of them, where libvips
    /// looks for them.
    /// </summary>
    public static PreparedPng Prepare(ReadOnlyMemory<byte> file)
    {
        List<Range> head = [];
        List<Range> tail = [];
        var (frames, hasDensity, hasPixels, changed) = (1, false, false, false);
        Add(head, 0, Math.Min(SignatureBytes, file.Length));
        var at = SignatureBytes;
        while (at + FrameBytes <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.Span[at..]);
            if (length > file.Length - at - FrameBytes)
            {
                break;
            }

            var next = at + FrameBytes + (int)length;
            var type = file.Span[(at + 4)..(at + 8)];
            var data = file.Span[(at + 8)..(next - 4)];
            hasPixels |= type.SequenceEqual("IDAT"u8);
            hasDensity |= type.SequenceEqual("pHYs"u8) && data.Length == 9 && data[8] == 1;
            if (type.SequenceEqual("acTL"u8) && data.Length == 8)
            {
                frames = (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(data), 1, int.MaxValue);
            }

            var isDropped = IsUnwanted(type, data);
            var isMoved = hasPixels && IsMetadata(type, data);
            changed |= isDropped || isMoved;
            if (!isDropped)
            {
                Add(hasPixels && !isMoved ? tail : head, at, next);
            }

            at = next;
        }

        Add(tail, Math.Min(at, file.Length), file.Length);
        return new PreparedPng(changed ? Join(file.Span, [.. head, .. tail]) : file, frames, hasDensity);
    }

    private static bool IsMetadata(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) =>
        type.SequenceEqual("eXIf"u8) || (type.SequenceEqual("iTXt"u8) && data.StartsWith(XmpKeyword));

    private static bool IsUnwanted(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8))
        {
            return data.Length > TextBytesMax;
        }

        if (!type.SequenceEqual("iTXt"u8))
        {
            return false;
        }

        if (!data.StartsWith(XmpKeyword))
        {
            return data.Length > TextBytesMax;
        }

        // The byte after the keyword's zero tells whether the text is compressed.
        var isCompressed = data.Length > XmpKeyword.Length && data[XmpKeyword.Length] != 0;
        return data.Length > (isCompressed ? CompressedXmpBytesMax : XmpBytesMax);
    }

    // Neighbours become one, or a file of many tiny chunks would make a list larger than itself.
    private static void Add(List<Range> pieces, int start, int end)
    {
        if (pieces.Count > 0 && pieces[^1].End.Value == start)
        {
            pieces[^1] = pieces[^1].Start..end;
        }
        else
        {
            pieces.Add(start..end);
        }
    }

    private static byte[] Join(ReadOnlySpan<byte> file, Range[] pieces)
    {
        var bytes = new byte[pieces.Sum(piece => piece.End.Value - piece.Start.Value)];
        var at = 0;
        foreach (var piece in pieces)
        {
            file[piece].CopyTo(bytes.AsSpan(at));
            at += piece.End.Value - piece.Start.Value;
        }

        return bytes;
    }
}
