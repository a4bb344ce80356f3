using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Enlarger.Server.Inputs;

/// <summary>A JSON body, of which each vendor checks every member itself, in its own words.</summary>
/// <remarks>
/// As JSON.parse of JavaScript, in which most peers are written, of members with the same name the last one counts.
/// A charset in the content type has no effect (RFC 8259, 11): the body is UTF-8, with or without a byte order mark.
/// </remarks>
internal sealed class JsonBody(JsonDocument document, ReadOnlyMemory<byte> body) : IDisposable
{
    // A body of our contracts has a dozen members, none of them deeper than two levels.
    private const int DepthMax = 16;

    // A parsed document takes twelve bytes a token, six times the shortest token itself.
    private const int TokensMax = 10_000;

    public JsonElement RootElement => document.RootElement;

    /// <summary>
    /// Reads an object. Each string in it is one that can be taken: valid UTF-8, and no half of a surrogate pair.
    /// Dispose the document with the request.
    /// </summary>
    public static async Task<JsonBody> ReadAsync(HttpRequest http, CancellationToken cancel) =>
        Parse(await RequestBody.ReadAsync(http, cancel));

    /// <summary>Reads a body that is here.</summary>
    internal static JsonBody Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body["\uFEFF"u8.Length..];
        }

        Check(body.Span);
        var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new JsonBody(document, body);
        }

        document.Dispose();
        throw Invalid("The request body must be a JSON object.");
    }

    /// <summary>
    /// A string in UTF-8, where it lies in the body: a picture in base64 is never copied, and never becomes a string of
    /// ours, which would take twice the memory. It stays when the document is disposed.
    /// </summary>
    public Memory<byte> BytesOf(JsonElement text)
    {
        var json = JsonMarshal.GetRawUtf8Value(text);
        if (!json.Contains((byte)'\\'))
        {
            var start = Unsafe.ByteOffset(
                in MemoryMarshal.GetReference(body.Span), in MemoryMarshal.GetReference(json));
            // Bodies are arrays of ours.
            return MemoryMarshal.AsMemory(body).Slice((int)start + 1, json.Length - 2);
        }

        // Some libraries escape "/", "+" and "=", so that JSON can stand inside HTML.
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var bytes = new byte[json.Length];
        return bytes.AsMemory(0, reader.CopyString(bytes));
    }

    public void Dispose() => document.Dispose();

    // What the parser itself leaves for later: a document is built in any size, and of its strings only those that are
    // asked for are found to be no text.
    private static void Check(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw Invalid("The request body is not valid UTF-8.");
        }

        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });
            for (var tokens = 0; reader.Read(); tokens++)
            {
                if (tokens == TokensMax)
                {
                    throw Invalid("The request body has more members than any request needs.");
                }

                if (reader.ValueIsEscaped && HasHalfOfPair(reader.ValueSpan))
                {
                    throw Invalid("The request body has a string with half of a surrogate pair.");
                }
            }
        }
        catch (JsonException error)
        {
            throw new FaultException(Fault.BodyInvalid, "The request body is not valid JSON.", error);
        }
    }

    /// <summary>
    /// Whether an escaped surrogate stands alone in <paramref name="text"/>, the escapes of which are well-formed.
    /// </summary>
    private static bool HasHalfOfPair(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'\\'); at >= 0; at = text.IndexOf((byte)'\\'))
        {
            var unit = CodeUnit(text[at..]);
            text = text[(at + (unit is null ? 2 : 6))..];
            if (unit is not { } half || !char.IsSurrogate(half))
            {
                continue;
            }

            if (!char.IsHighSurrogate(half) || CodeUnit(text) is not { } other || !char.IsLowSurrogate(other))
            {
                return true;
            }

            text = text[6..];
        }

        return false;
    }

    private static char? CodeUnit(ReadOnlySpan<byte> text) =>
        text.StartsWith("\\u"u8)
        && System.Buffers.Text.Utf8Parser.TryParse(text[2..6], out ushort unit, out _, 'X')
            ? (char)unit
            : null;

    private static FaultException Invalid(string words) => new(Fault.BodyInvalid, words);
}
