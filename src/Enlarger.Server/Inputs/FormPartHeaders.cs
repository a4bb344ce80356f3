using System.Text;

namespace Enlarger.Server.Inputs;

/// <summary>What stands before the content of a part. Only its name matters: what a file is, its bytes say.</summary>
internal sealed class FormPartHeaders(IReadOnlyList<string> lines)
{
    /// <summary>The field's name; null for a part that is no field of a form.</summary>
    /// <remarks>
    /// Read leniently, quoted or not, before or behind other parameters: file names come with backslashes, semicolons,
    /// and characters of any encoding.
    /// </remarks>
    public string? ReadName()
    {
        var disposition = Find("Content-Disposition") ?? "";
        var at = disposition.IndexOf(';', StringComparison.Ordinal);
        if (at < 0 || !disposition[..at].Trim().Equals("form-data", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        while (at >= 0 && disposition.IndexOf('=', at) is var equals and >= 0)
        {
            var parameter = disposition[(at + 1)..equals].Trim();
            (var value, at) = ReadValue(disposition, equals + 1);
            if (parameter.Equals("name", StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Takes the transfer encoding off, which RFC 7578 forbids and old mail libraries use.</summary>
    public ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> content)
    {
        var encoding = Find("Content-Transfer-Encoding") ?? "";
        return encoding.ToUpperInvariant() switch
        {
            "" or "BINARY" or "8BIT" or "7BIT" => content,
            "BASE64" => Base64Text.Decode(content.Span)
                ?? throw new FaultException(Fault.BodyInvalid, "A part of the form is not valid base64."),
            _ => throw new FaultException(
                Fault.BodyInvalid, "A part of the form has a Content-Transfer-Encoding that is not supported."),
        };
    }

    private string? Find(string name)
    {
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[..colon].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(colon + 1)..].Trim();
            }
        }

        return null;
    }

    /// <summary>A value, and where the semicolon behind it is; below zero where there is none.</summary>
    private static (string Value, int Semicolon) ReadValue(string header, int start)
    {
        while (start < header.Length && header[start] is ' ' or '\t')
        {
            start++;
        }

        if (start == header.Length || header[start] != '"')
        {
            var end = header.IndexOf(';', start);
            return (header[start..(end < 0 ? header.Length : end)].Trim(), end);
        }

        var value = new StringBuilder();
        var at = start + 1;
        for (; at < header.Length && header[at] != '"'; at++)
        {
            // A backslash hides a quote or another one; elsewhere it is part of an old browser's path.
            if (header[at] == '\\' && at + 1 < header.Length && header[at + 1] is '"' or '\\')
            {
                at++;
            }

            value.Append(header[at]);
        }

        return (value.ToString(), at < header.Length ? header.IndexOf(';', at) : -1);
    }
}
