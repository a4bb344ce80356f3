using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>A PNG file as libpng shall see it, and what it need not see.</summary>
/// <param name="File">The bytes; those that came in where nothing had to change.</param>
/// <param name="Frames">Frames of an animated PNG, 1 for others.</param>
/// <param name="Density">What the file tells; null where that is nothing.</param>
/// <param name="Texts">The chunks with texts, one behind the other; null where there are none.</param>
/// <param name="TextsLeftOut">How many of them are damaged, or too many.</param>
internal sealed record PreparedPng(
    ReadOnlyMemory<byte> File, int Frames, PixelDensity? Density, byte[]? Texts, int TextsLeftOut);

/// <summary>Looks at the chunks of a PNG file (PNG specification, third edition, section 5) before libpng.</summary>
internal sealed class PngChunks
{
    /// <summary>An XMP packet is some kilobytes; those with pictures inside can be a few megabytes.</summary>
    public const int XmpBytesMax = 16 << 20;

    private const int SignatureBytes = 8;

    // Length and type before the data, a check sum behind it.
    private const int FrameBytes = 12;

    // What generators of pictures write, a description of their whole work, has some hundred kilobytes. They are
    // carried as they are and never inflated.
    private const int TextBytesMax = 16 << 20;

    // libpng itself stops inflating a chunk at 8 MB; what compresses to more than this is no packet of metadata.
    private const int CompressedXmpBytesMax = 256 << 10;

    private const int KeywordBytesMax = 79;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly List<Range> _head = [];
    private readonly List<Range> _tail = [];
    private readonly List<Range> _texts = [];
    private long _textBytes;
    private int _textsLeftOut;
    private int _frames = 1;
    private PixelDensity? _density;
    private bool _hasPixels;
    private bool _changed;

    private PngChunks(ReadOnlyMemory<byte> file)
    {
        _file = file;
    }

    /// <summary>The keyword of the text that is XMP, with the zero behind it.</summary>
    public static ReadOnlySpan<byte> XmpKeyword => "XML:com.adobe.xmp\0"u8;

    /// <summary>
    /// Takes out the texts, which libpng would inflate, and of which a compressed one could be a bomb; XMP stays, of
    /// a reasonable length. EXIF and XMP behind the pixels move in front of them, where libvips looks for them.
    /// </summary>
    public static PreparedPng Prepare(ReadOnlyMemory<byte> file)
    {
        var chunks = new PngChunks(file);
        chunks.Sort();
        return new PreparedPng(
            chunks._changed ? Join(file.Span, [.. chunks._head, .. chunks._tail]) : file,
            chunks._frames,
            chunks._density,
            chunks._texts.Count > 0 ? Join(file.Span, [.. chunks._texts]) : null,
            chunks._textsLeftOut);
    }

    private void Sort()
    {
        var file = _file.Span;
        Add(_head, 0, Math.Min(SignatureBytes, file.Length));
        var at = SignatureBytes;
        while (at + FrameBytes <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - FrameBytes)
            {
                break;
            }

            var next = at + FrameBytes + (int)length;
            var chunk = file[at..next];
            var isMetadata = IsMetadata(chunk[4..8], chunk[8..^4]);
            _hasPixels |= chunk[4..8].SequenceEqual("IDAT"u8);
            if (IsTakenOut(chunk, at))
            {
                _changed = true;
            }
            else
            {
                _changed |= _hasPixels && isMetadata;
                Add(_hasPixels && !isMetadata ? _tail : _head, at, next);
            }

            at = next;
        }

        Add(_tail, Math.Min(at, file.Length), file.Length);
    }

    private static bool IsMetadata(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) =>
        type.SequenceEqual("eXIf"u8) || (type.SequenceEqual("iTXt"u8) && data.StartsWith(XmpKeyword));

    private bool IsTakenOut(ReadOnlySpan<byte> chunk, int at)
    {
        var type = chunk[4..8];
        var data = chunk[8..^4];
        if (type.SequenceEqual("pHYs"u8))
        {
            _density ??= ReadDensity(data);
            return false;
        }

        if (type.SequenceEqual("acTL"u8) && data.Length == 8)
        {
            _frames = (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(data), 1, int.MaxValue);
            return false;
        }

        if (type.SequenceEqual("iTXt"u8) && data.StartsWith(XmpKeyword))
        {
            // The byte after the keyword's zero tells whether the text is compressed.
            var isCompressed = data.Length > XmpKeyword.Length && data[XmpKeyword.Length] != 0;
            return data.Length > (isCompressed ? CompressedXmpBytesMax : XmpBytesMax);
        }

        var isTime = type.SequenceEqual("tIME"u8);
        var isText = type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8);
        if (isText || isTime)
        {
            var isSound = Crc32.Of(chunk[4..^4]) == BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..])
                && (isTime ? data.Length == 7 : data.IndexOf((byte)0) is > 0 and <= KeywordBytesMax);
            if (isSound && _textBytes + chunk.Length <= TextBytesMax)
            {
                Add(_texts, at, at + chunk.Length);
                _textBytes += chunk.Length;
            }
            else
            {
                _textsLeftOut++;
            }
        }

        return isText || isTime;
    }

    private static PixelDensity? ReadDensity(ReadOnlySpan<byte> data)
    {
        const byte unitNone = 0;
        const byte unitMetre = 1;
        if (data.Length != 9)
        {
            return null;
        }

        var across = BinaryPrimitives.ReadUInt32BigEndian(data);
        var down = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        return data[8] switch
        {
            _ when across is 0 or > int.MaxValue || down is 0 or > int.MaxValue => null,
            unitMetre => PixelDensity.FromMetres(across, down),
            unitNone when across != down => new PixelDensity(across, down) { HasNoUnit = true },
            _ => null,
        };
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
