using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Enlarger.Server.Vendors;

namespace Enlarger.Tests.Vendors;

/// <summary>A vendor's openapi.json, which says what the answers of its routes look like.</summary>
internal sealed class ContractDocument
{
    // They say something to people, or about the next request.
    private static readonly string[] Silent = ["title", "description", "format", "default"];

    private readonly JsonElement _root;

    private ContractDocument(JsonElement root) => _root = root;

    /// <summary>The document that the server carries for a folder, such as <c>Pixelcut</c>.</summary>
    public static ContractDocument Of(string folder)
    {
        var assembly = typeof(Vendor).Assembly;
        var name = assembly.GetManifestResourceNames()
            .Single(name => Path.TrimEndingDirectorySeparator(name) == $"openapi/{folder}");
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var document = JsonDocument.Parse(stream);
        return new ContractDocument(document.RootElement.Clone());
    }

    public bool Has(string method, string path) =>
        _root.GetProperty("paths").TryGetProperty(path, out var item)
        && item.TryGetProperty(method.ToLowerInvariant(), out _);

    public IEnumerable<int> Statuses(string method, string path) =>
        Operation(method, path).EnumerateObject()
            .Select(response => int.Parse(response.Name, CultureInfo.InvariantCulture));

    /// <summary>What is wrong with an answer, whose body is null where it is a picture.</summary>
    public IEnumerable<string> Complaints(
        string method, string path, int status, string mediaType, string? body)
    {
        if (!Operation(method, path).TryGetProperty($"{status}", out var response))
        {
            return [$"{status} is not documented for {method} {path}."];
        }

        if (!Resolve(response).GetProperty("content").TryGetProperty(mediaType, out var content))
        {
            return [$"{mediaType} is not documented for {status} of {method} {path}."];
        }

        if (body is null)
        {
            return [];
        }

        using var document = JsonDocument.Parse(body);
        return [.. Complaints(document.RootElement, content.GetProperty("schema"), "body")];
    }

    private JsonElement Operation(string method, string path) =>
        _root.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant()).GetProperty("responses");

    private JsonElement Resolve(JsonElement element) =>
        element.TryGetProperty("$ref", out var target)
            ? target.GetString()!.Split('/').Skip(1).Aggregate(_root, (from, name) => from.GetProperty(name))
            : element;

    // The part of JSON Schema that the documents use. A keyword that is not checked here must not stand in them.
    private IEnumerable<string> Complaints(JsonElement value, JsonElement schema, string where)
    {
        foreach (var keyword in schema.EnumerateObject().Where(keyword => !Silent.Contains(keyword.Name)))
        {
            var complaints = keyword.Name switch
            {
                "$ref" => Complaints(value, Resolve(schema), where),
                "allOf" => keyword.Value.EnumerateArray().SelectMany(part => Complaints(value, part, where)),
                "properties" => Properties(value, keyword.Value, where),
                "items" => value.EnumerateArray().SelectMany(item => Complaints(item, keyword.Value, $"{where}[]")),
                _ => Holds(keyword.Name, keyword.Value, value, schema) ? [] : [$"{where} breaks {keyword}."],
            };
            foreach (var complaint in complaints)
            {
                yield return complaint;
            }
        }
    }

    private IEnumerable<string> Properties(JsonElement value, JsonElement properties, string where) =>
        from property in properties.EnumerateObject()
        where value.TryGetProperty(property.Name, out _)
        from complaint in Complaints(
            value.GetProperty(property.Name), property.Value, $"{where}.{property.Name}")
        select complaint;

    private static bool Holds(string keyword, JsonElement rule, JsonElement value, JsonElement schema) => keyword switch
    {
        "type" => rule.ValueKind == JsonValueKind.Array
            ? rule.EnumerateArray().Any(type => Is(type.GetString()!, value))
            : Is(rule.GetString()!, value),
        "const" => JsonElement.DeepEquals(rule, value),
        "enum" => rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "additionalProperties" => rule.GetBoolean() || value.EnumerateObject()
            .All(member => schema.GetProperty("properties").TryGetProperty(member.Name, out _)),
        "minimum" => value.GetDouble() >= rule.GetDouble(),
        "maximum" => value.GetDouble() <= rule.GetDouble(),
        "minLength" => value.GetString()!.Length >= rule.GetInt32(),
        "minItems" => value.GetArrayLength() >= rule.GetInt32(),
        "pattern" => Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
        _ => throw new NotSupportedException($"The documents may not use {keyword} until it is checked here."),
    };

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"There is no type {type}."),
    };
}
