using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Enlarger.Imaging;

/// <summary>A text of a PNG file (PNG specification, third edition, 11.3.3).</summary>
/// <param name="Keyword">What it is: <c>Author</c>, <c>Comment</c> or anything else.</param>
/// <param name="Type">The type of its chunk.</param>
/// <param name="Data">What follows the keyword in the chunk.</param>
internal sealed record PngText(string Keyword, string Type, ReadOnlyMemory<byte> Data)
{
    private const int FrameBytes = 12;

    // EXIF in JPEG holds less than a sixteenth of this.
    private const int InflatedBytesMax = 1 << 20;

    // Files have some ten; more than this is an attempt to be slow.
    private const int TextsMax = 1000;

    /// <summary>The first texts in a row of sound chunks; the time is none.</summary>
    public static List<PngText> Read(ReadOnlyMemory<byte> chunks)
    {
        List<PngText> texts = [];
        while (chunks.Length >= FrameBytes && texts.Count < TextsMax)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunks.Span);
            if (length > chunks.Length - FrameBytes)
            {
                break;
            }

            var type = Encoding.Latin1.GetString(chunks.Span[4..8]);
            var data = chunks.Slice(8, (int)length);
            var end = data.Span.IndexOf((byte)0);
            if (end >= 0 && type != "tIME")
            {
                texts.Add(new PngText(Encoding.Latin1.GetString(data.Span[..end]), type, data[(end + 1)..]));
            }

            chunks = chunks[(FrameBytes + (int)length)..];
        }

        return texts;
    }

    /// <summary>The text; null where it is damaged or inflates to more than is sensible.</summary>
    public string? Text() => Type switch
    {
        "tEXt" => Encoding.Latin1.GetString(Data.Span),
        "zTXt" => Data.Length > 0 && Inflate(Data[1..]) is { } text ? Encoding.Latin1.GetString(text) : null,
        _ => International(),
    };

    // Whether it is compressed, how, the language, the translated keyword, and the text.
    private string? International()
    {
        const int flags = 2;
        if (Data.Length < flags)
        {
            return null;
        }

        var rest = Data[flags..];
        for (var field = 0; field < 2; field++)
        {
            var end = rest.Span.IndexOf((byte)0);
            if (end < 0)
            {
                return null;
            }

            rest = rest[(end + 1)..];
        }

        var text = Data.Span[0] == 0 ? rest.ToArray() : Inflate(rest);
        return text is null ? null : Encoding.UTF8.GetString(text);
    }

    private static byte[]? Inflate(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var text = new byte[InflatedBytesMax + 1];
            var count = zlib.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return count > InflatedBytesMax ? null : text[..count];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
