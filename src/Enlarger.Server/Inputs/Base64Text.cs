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

    private static ReadOnlySpan<byte> Padding => "= \t\r\n\f\v"u8;

    /// <summary>The bytes; null where the text is not base64.</summary>
    public static ReadOnlyMemory<byte>? Decode(ReadOnlySpan<byte> text)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3);
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var count) == OperationStatus.Done)
        {
            return bytes.AsMemory(0, count);
        }

        if (Base64.DecodeFromUtf8(Normalize(text), bytes, out _, out count) == OperationStatus.Done)
        {
            return bytes.AsMemory(0, count);
        }

        return null;
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

    // The alphabet with + and /, without blanks, and padded.
    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text)
    {
        const int PaddingMax = 2;
        var plain = GC.AllocateUninitializedArray<byte>(text.Length + PaddingMax);
        var count = 0;
        foreach (var letter in text.TrimEnd(Padding))
        {
            if (!Blank.Contains(letter))
            {
                plain[count++] = letter switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', _ => letter };
            }
        }

        for (var padding = 0; padding < PaddingMax && count % 4 != 0; padding++)
        {
            plain[count++] = (byte)'=';
        }

        return plain.AsSpan(0, count);
    }
}
