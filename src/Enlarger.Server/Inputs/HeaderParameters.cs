using System.Text;

namespace Enlarger.Server.Inputs;

/// <summary>A header such as <c>form-data; name="x"; filename="y"</c>, read leniently.</summary>
/// <remarks>
/// Values are quoted or not, in any order: boundaries come unquoted where they should not, and file names with
/// backslashes, semicolons, and characters of any encoding. A strict parser would refuse the whole for them.
/// </remarks>
internal sealed class HeaderParameters(string header)
{
    private readonly int _valueEnd = header.IndexOf(';', StringComparison.Ordinal);

    /// <summary>What stands before the parameters.</summary>
    public string Value => (_valueEnd < 0 ? header : header[.._valueEnd]).Trim();

    /// <summary>The first parameter of that name; null where there is none.</summary>
    public string? Find(string name)
    {
        var at = _valueEnd;
        while (at >= 0 && header.IndexOf('=', at) is var equals and >= 0)
        {
            var parameter = header[(header.LastIndexOf(';', equals) + 1)..equals].Trim();
            (var value, at) = Read(equals + 1);
            if (parameter.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A value, and where the semicolon behind it is; below zero where there is none.</summary>
    private (string Value, int Semicolon) Read(int start)
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
