using System.Globalization;
using System.Text.Json.Nodes;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>The fields of one body that an operation takes.</summary>
internal sealed class ContractFields(ContractDocument document, ContractOperation operation, string mediaType)
{
    private readonly JsonNode _schema = document.RequestSchema(operation, mediaType)!;

    private bool IsForm => mediaType.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>No others are allowed.</summary>
    public bool AreClosed => _schema["additionalProperties"] is JsonValue value && !value.GetValue<bool>();

    /// <summary>Fields without which a body does not fit, also those that have to be there one for another.</summary>
    public IEnumerable<string> Required =>
        (_schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>())
            .Concat(Picture is { } picture ? [picture.Name] : [])
            .Distinct(StringComparer.Ordinal);

    /// <summary>The field with the picture, the file itself where there is a choice.</summary>
    public (string Name, FieldKind Kind)? Picture =>
        All.Select(member => (member.Key, Kind: KindOf(member.Key)))
            .Where(member => member.Kind != FieldKind.Plain)
            .OrderBy(member => member.Kind)
            .Select(member => ((string, FieldKind)?)member)
            .FirstOrDefault();

    public IEnumerable<string> Names => All.Select(member => member.Key);

    public bool HoldsPicture(string name) => KindOf(name) != FieldKind.Plain;

    private JsonObject All => _schema["properties"]!.AsObject();

    /// <summary>A body that the contract allows. In forms, files stand as <c>file:</c> and the name of one.</summary>
    public JsonObject Good(string picture, Uri pictures)
    {
        var body = new JsonObject();
        if (Picture is { } field)
        {
            body[field.Name] = field.Kind switch
            {
                FieldKind.File => "file:" + picture,
                FieldKind.Base64 => Convert.ToBase64String(TestPictures.Make(picture)),
                _ => new Uri(pictures, picture).ToString(),
            };
        }

        foreach (var name in Required.Where(name => !body.ContainsKey(name)))
        {
            body[name] = AnyOf(name);
        }

        return body;
    }

    /// <summary>Whether a body has what it must have.</summary>
    public bool Fits(JsonObject body) => document.Schema.Fits(
        new JsonObject(_schema.AsObject()
            .Where(rule => rule.Key is "required" or "anyOf" or "oneOf")
            .Select(rule => KeyValuePair.Create(rule.Key, rule.Value?.DeepClone()))),
        body);

    /// <summary>Whether a field takes a value; in a form, whatever its text may be read as.</summary>
    public bool Takes(string name, JsonNode? value)
    {
        if (!IsForm)
        {
            return document.Schema.Fits(All[name], value);
        }

        // Forms send empty fields for what was not filled in, so that they mean nothing. An object in a form says what
        // else might stand in other fields, so that what it lacks may be there.
        var text = FormText(value);
        return text.Length == 0
            || value is JsonObject
            || Readings(text).Any(reading => document.Schema.Fits(All[name], reading));
    }

    /// <summary>A value as a form has it.</summary>
    public static string FormText(JsonNode? value) =>
        value is JsonValue known && known.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "";

    private static IEnumerable<JsonNode> Readings(string text)
    {
        yield return text;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number))
        {
            yield return number;
        }

        if (bool.TryParse(text, out var truth))
        {
            yield return truth;
        }
    }

    private FieldKind KindOf(string name)
    {
        var schema = document.Schema.Resolve(All[name])!;
        if (name is not ("image" or "image_url" or "input" or "file"))
        {
            return FieldKind.Plain;
        }

        var format = schema["format"]?.GetValue<string>();
        return format == "uri" || name == "input" ? FieldKind.Link : IsForm ? FieldKind.File : FieldKind.Base64;
    }

    private JsonNode? AnyOf(string name)
    {
        var schema = document.Schema.Resolve(All[name])!;
        return (schema["default"] ?? schema["const"] ?? schema["enum"]?[0] ?? schema["minimum"]
            ?? throw new InvalidOperationException($"Nothing says what {name} may be.")).DeepClone();
    }
}

/// <summary>How a field holds a picture.</summary>
internal enum FieldKind
{
    File,
    Base64,
    Link,
    Plain,
}
