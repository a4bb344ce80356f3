namespace Enlarger.Server.Inputs;

/// <summary>What stands before the content of a part. Only its name matters: what a file is, its bytes say.</summary>
internal sealed class FormPartHeaders(IReadOnlyList<string> lines)
{
    /// <summary>The field's name; null for a part that is no field of a form.</summary>
    public string? ReadName()
    {
        var disposition = new HeaderParameters(Find("Content-Disposition") ?? "");
        return disposition.Value.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            ? disposition.Find("name")
            : null;
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
}
