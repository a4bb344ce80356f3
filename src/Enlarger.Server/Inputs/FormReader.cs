using System.Text;

namespace Enlarger.Server.Inputs;

/// <summary>Takes a multipart body apart (RFC 2046, 5.1), in linear time.</summary>
/// <remarks>
/// Text before the first boundary and behind the last is skipped. Lines end with CR LF; where the first boundary's line
/// ends with LF alone, as in forms written by hand, all do. A form without its last boundary was cut off. A multipart
/// inside of a part is bytes like any other: RFC 7578 has done away with it.
/// </remarks>
internal sealed class FormReader(ReadOnlyMemory<byte> body, string boundary)
{
    // More parts than any contract has fields are an attack on memory.
    private const int PartsMax = 64;

    // The headers of a part: a few names, and a file name of the user's.
    private const int HeaderBytesMax = 16 << 10;

    // Clients send three or four. Each that continues another is copied with all of it.
    private const int HeaderLinesMax = 32;

    private readonly byte[] _delimiter = Encoding.UTF8.GetBytes("--" + boundary);
    private string? _lineEnd;

    public List<FormPart> ReadParts()
    {
        var parts = new List<FormPart>();
        var delimiter = Find(from: 0) ?? throw Malformed();
        while (!delimiter.IsLast)
        {
            if (parts.Count == PartsMax)
            {
                throw new FaultException(Fault.BodyInvalid, $"The form has more than {PartsMax} parts.");
            }

            var (headers, start) = ReadHeaders(delimiter.Next);
            var name = headers.ReadName() ?? throw Malformed("A part of the form has no name.");
            delimiter = Find(start) ?? throw Malformed();
            parts.Add(new FormPart(name, headers.Decode(body[start..delimiter.ContentEnd])));
        }

        return parts;
    }

    /// <summary>The next boundary that has a line of its own. What only begins like it is content.</summary>
    private Delimiter? Find(int from)
    {
        var bytes = body.Span;
        for (var at = from; ; at++)
        {
            var found = bytes[at..].IndexOf(_delimiter);
            if (found < 0)
            {
                return null;
            }

            at += found;
            if (StartOfLine(at, from) is { } contentEnd && Complete(at, contentEnd) is { } delimiter)
            {
                return delimiter;
            }
        }
    }

    /// <summary>Where what stands before the line at <paramref name="at"/> ends; null where no line begins.</summary>
    private int? StartOfLine(int at, int from)
    {
        var before = body.Span[from..at];
        return before.IsEmpty ? at
            : _lineEnd is not "\r\n" && before.EndsWith("\n"u8) ? at - 1
            : before.EndsWith("\r\n"u8) ? at - 2
            : null;
    }

    private Delimiter? Complete(int at, int contentEnd)
    {
        var rest = body.Span[(at + _delimiter.Length)..];
        if (rest.StartsWith("--"u8))
        {
            return new Delimiter(contentEnd, Next: body.Length, IsLast: true);
        }

        rest = rest.TrimStart(" \t"u8);
        var lineEnd = rest.StartsWith("\r\n"u8) ? "\r\n" : rest.StartsWith("\n"u8) ? "\n" : null;
        _lineEnd ??= lineEnd;
        return lineEnd is not null && lineEnd == _lineEnd
            ? new Delimiter(contentEnd, body.Length - rest.Length + lineEnd.Length, IsLast: false)
            : null;
    }

    private (FormPartHeaders Headers, int End) ReadHeaders(int start)
    {
        var window = body.Span[start..Math.Min(body.Length, start + HeaderBytesMax)];
        var lines = new List<string>();
        var at = 0;
        for (var count = 0; count <= HeaderLinesMax; count++)
        {
            var length = window[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                throw Malformed();
            }

            var line = Encoding.UTF8.GetString(window.Slice(at, length).TrimEnd((byte)'\r'));
            at += length + 1;
            if (line.Length == 0)
            {
                return (new FormPartHeaders(lines), start + at);
            }

            // Long headers were once folded, and some libraries made for mail still do so.
            if (line[0] is ' ' or '\t' && lines.Count > 0)
            {
                lines[^1] += line;
            }
            else
            {
                lines.Add(line);
            }
        }

        throw new FaultException(
            Fault.BodyInvalid, $"A part of the form has more than {HeaderLinesMax} lines of headers.");
    }

    private static FaultException Malformed(string words = "The multipart body is cut off or malformed.") =>
        new(Fault.BodyInvalid, words);

    // Where the part before it ends, and where the headers of the part behind it begin.
    private readonly record struct Delimiter(int ContentEnd, int Next, bool IsLast);
}
