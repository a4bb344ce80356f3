using System.Buffers;
using System.Buffers.Text;

namespace Enlarger.Server.Inputs;

/// <summary>
/// Base64 as clients write it: either alphabet of RFC 4648, with or without padding and line ends. Strictness would
/// find no attack, only clients that other servers understand.
/// </summary>
internal static class Base64Text
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n\f\v"u8);

    private static readonly SearchValues<byte> Unusual = SearchValues.Create(" \t\r\n\f\v-_"u8);

    private static ReadOnlySpan<byte> Padding => "= \t\r\n\f\v"u8;

    /// <summary>The bytes; null where the text is not base64.</summary>
    public static ReadOnlyMemory<byte>? Decode(ReadOnlySpan<byte> text) => DecodeInPlace(text.ToArray());

    /// <summary>
    /// The bytes, in the memory of the text, which is lost: a picture of 25 MB would otherwise take twice its size and
    /// more. Null where the text is not base64.
    /// </summary>
    public static ReadOnlyMemory<byte>? DecodeInPlace(Memory<byte> text)
    {
        const int GroupChars = 4;
        const int GroupBytes = 3;
        var letters = Normalize(text.Span);
        var whole = letters.Length / GroupChars * GroupChars;
        var groups = letters[..whole];
        if (Base64.DecodeFromUtf8InPlace(groups, out var count) != OperationStatus.Done
            || count != whole / GroupChars * GroupBytes)
        {
            return null;
        }

        if (whole == letters.Length)
        {
            return text[..count];
        }

        // The last letters, without the padding that they may have had.
        Span<byte> last = [.. "===="u8];
        letters[whole..].CopyTo(last);
        if (Base64.DecodeFromUtf8InPlace(last, out var rest) != OperationStatus.Done)
        {
            return null;
        }

        last[..rest].CopyTo(text.Span[count..]);
        return text[..(count + rest)];
    }

    /// <summary>How many bytes <paramref name="text"/> would decode to.</summary>
    public static long CountBytes(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd(Padding);
        var letters = (long)text.Length;
        for (var at = text.IndexOfAny(Blank); at >= 0; at = text.IndexOfAny(Blank))
        {
            letters--;
            text = text[(at + 1)..];
        }

        return letters * 3 / 4;
    }

    // The alphabet with + and /, without blanks and padding.
    private static Span<byte> Normalize(Span<byte> text)
    {
        text = text.TrimEnd(Padding);
        var count = text.IndexOfAny(Unusual);
        if (count < 0)
        {
            return text;
        }

        foreach (var letter in text[count..])
        {
            if (!Blank.Contains(letter))
            {
                text[count++] = letter switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', _ => letter };
            }
        }

        return text[..count];
    }
}
