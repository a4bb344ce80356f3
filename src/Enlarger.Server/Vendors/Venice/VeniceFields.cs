using System.Globalization;
using System.Text.Json;
using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>
/// The members of a body by name, JSON or a form, and what is wrong with those that were looked at. Nothing is refused
/// before all have been.
/// </summary>
internal sealed class VeniceFields
{
    public const string Image = "image";

    private static readonly string[] Booleans = ["true", "false"];

    // Strings, numbers, booleans, null, the kinds of other JSON values, and parts of forms. An image is its bytes, in
    // UTF-8 if text.
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly List<string> _read = [];

    // A form has text only, which is then taken for what it should be.
    private readonly bool _isForm;

    private VeniceFields(bool isForm) => _isForm = isForm;

    /// <summary>What was found wrong so far. Ask for <see cref="NameUnread"/> first.</summary>
    public List<VeniceIssue> Issues { get; } = [];

    public static async Task<VeniceFields> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        if (http.HasJsonContentType())
        {
            using var body = await JsonBody.ReadAsync(http, cancel);
            return OfJson(body);
        }

        if (FormBody.IsForm(http))
        {
            return OfForm(await FormBody.ReadAsync(http, cancel));
        }

        throw new FaultException(
            Fault.ContentTypeUnsupported, "The content type must be application/json or multipart/form-data.");
    }

    /// <summary>The bytes of a required file, or of its base64; empty after an issue.</summary>
    public ReadOnlyMemory<byte> File(string name)
    {
        switch (Take(name))
        {
            case (true, ReadOnlyMemory<byte> bytes):
                return bytes;
            case (true, var value):
                Issues.Add(VeniceIssue.WrongType(name, "string", TypeOf(value)));
                return default;
            case (false, _):
                Issues.Add(VeniceIssue.Missing(name, "string"));
                return default;
        }
    }

    /// <summary>A number in a range; null where there is none, or an issue.</summary>
    public double? Number(string name, double minimum, double maximum, bool nullable = false)
    {
        var (given, value) = Take(name);
        if (!given || (value is null && nullable))
        {
            return null;
        }

        if (_isForm)
        {
            value = double.TryParse((string)value!, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : double.NaN;
        }

        if (value is not double number || double.IsNaN(number))
        {
            Issues.Add(VeniceIssue.WrongType(name, "number", TypeOf(value)));
            return null;
        }

        if (number < minimum)
        {
            Issues.Add(VeniceIssue.TooSmall(name, minimum));
            return null;
        }

        if (number > maximum)
        {
            Issues.Add(VeniceIssue.TooBig(name, maximum));
            return null;
        }

        return number;
    }

    /// <summary>A boolean, or the word <c>true</c> or <c>false</c>; null where there is none, or an issue.</summary>
    public bool? Flag(string name)
    {
        var (given, value) = Take(name);
        switch (value)
        {
            case bool or "true" or "false":
                return value is true or "true";
            case null when !given:
                return null;
        }

        Issues.Add(VeniceIssue.NoneFits(
            name,
            VeniceIssue.WrongType(name, "boolean", TypeOf(value)),
            value is string text
                ? VeniceIssue.NotOneOf(name, Booleans, text)
                : VeniceIssue.WrongType(name, VeniceIssue.Quote(Booleans, " | "), TypeOf(value))));
        return null;
    }

    /// <summary>A text; null where there is none, or an issue.</summary>
    public string? Text(string name, int lengthMax)
    {
        var (given, value) = Take(name);
        if (value is string text)
        {
            if (text.Length <= lengthMax)
            {
                return text;
            }

            Issues.Add(VeniceIssue.TooLong(name, lengthMax));
        }
        else if (given)
        {
            Issues.Add(VeniceIssue.WrongType(name, "string", TypeOf(value)));
        }

        return null;
    }

    /// <summary>Objects to a text that is none of <paramref name="options"/>.</summary>
    public void Choice(string name, IReadOnlyList<string> options)
    {
        var (given, value) = Take(name);
        if (given && (value is not string text || !options.Contains(text, StringComparer.Ordinal)))
        {
            Issues.Add(value is string other
                ? VeniceIssue.NotOneOf(name, options, other)
                : VeniceIssue.WrongType(name, VeniceIssue.Quote(options, " | "), TypeOf(value)));
        }
    }

    /// <summary>Objects to members that nothing asked for: "additionalProperties: false".</summary>
    public void NameUnread()
    {
        var unread = _values.Keys.Except(_read, StringComparer.Ordinal).ToList();
        if (unread.Count > 0)
        {
            Issues.Add(VeniceIssue.Unrecognized(unread));
        }
    }

    private (bool Given, object? Value) Take(string name)
    {
        _read.Add(name);
        var given = _values.TryGetValue(name, out var value);
        if (value is not FormPart part)
        {
            return (given, value);
        }

        try
        {
            // Only now: a part that nobody asks for is unknown, whatever is in it.
            return (true, part.Text);
        }
        catch (FaultException refusal)
        {
            Issues.Add(VeniceIssue.Custom(name, refusal.Message));
            return (false, null);
        }
    }

    private static VeniceFields OfJson(JsonBody body)
    {
        var fields = new VeniceFields(isForm: false);
        foreach (var member in body.RootElement.EnumerateObject())
        {
            fields._values[member.Name] = ValueOf(member, body);
        }

        return fields;
    }

    private static VeniceFields OfForm(FormBody form)
    {
        var fields = new VeniceFields(isForm: true);
        foreach (var part in form.Parts)
        {
            fields._values[part.Name] = part.Name == Image ? part.Bytes : part;
        }

        return fields;
    }

    private static object? ValueOf(JsonProperty member, JsonBody body) => member.Value.ValueKind switch
    {
        JsonValueKind.String when member.Name == Image => (ReadOnlyMemory<byte>)body.BytesOf(member.Value),
        JsonValueKind.String => member.Value.GetString(),
        JsonValueKind.Number => member.Value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        var other => other,
    };

    private static string TypeOf(object? value) => value switch
    {
        null => "null",
        string or ReadOnlyMemory<byte> => "string",
        bool => "boolean",
        double.NaN => "nan",
        double => "number",
        JsonValueKind.Array => "array",
        _ => "object",
    };
}
