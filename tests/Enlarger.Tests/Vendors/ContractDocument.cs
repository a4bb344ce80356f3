using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Enlarger.Tests.Vendors;

/// <summary>
/// A vendor's openapi.json, and whether an answer is one that it allows. Knows the keywords of JSON Schema that our
/// documents use, and refuses to overlook others.
/// </summary>
internal sealed class ContractDocument(string vendor)
{
    private readonly JsonElement _root = JsonDocument.Parse(
        File.ReadAllBytes(Repository.Path($"src/Enlarger.Server/Vendors/{vendor}/openapi.json"))).RootElement;

    /// <summary>What is wrong with an answer; nothing if it is in the document.</summary>
    public IEnumerable<string> Complaints(string method, string path, int status, string? contentType, string body)
    {
        var responses = _root.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");
        if (!responses.TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response))
        {
            return [$"{status} is not a status of {method} {path}"];
        }

        var contents = Resolve(response).GetProperty("content");
        var mediaType = contentType is null ? "" : MediaTypeHeaderValue.Parse(contentType).MediaType!;
        if (!contents.TryGetProperty(mediaType, out var content))
        {
            return [$"{mediaType} is not a type of {status} of {method} {path}"];
        }

        var schema = content.GetProperty("schema");
        using var text = mediaType == "application/json"
            ? JsonDocument.Parse(body)
            : JsonDocument.Parse(JsonSerializer.Serialize(body));
        return Check(schema, text.RootElement.Clone(), $"{status}").ToList();
    }

    private JsonElement Resolve(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()!.Split('/').Skip(1).Aggregate(_root, (at, name) => at.GetProperty(name));
        }

        return element;
    }

    private IEnumerable<string> Check(JsonElement reference, JsonElement value, string place)
    {
        var schema = Resolve(reference);
        foreach (var keyword in schema.EnumerateObject())
        {
            var complaints = keyword.Name switch
            {
                "type" => CheckType(keyword.Value, value, place),
                "enum" => keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
                    ? [] : [$"{place}: {value} is none of {keyword.Value}"],
                "const" => JsonElement.DeepEquals(keyword.Value, value)
                    ? [] : [$"{place}: {value} is not {keyword.Value}"],
                "required" => keyword.Value.EnumerateArray()
                    .Where(name => !value.TryGetProperty(name.GetString()!, out _))
                    .Select(name => $"{place}: {name} is missing"),
                "properties" or "additionalProperties" => [],
                "items" => value.EnumerateArray().SelectMany((item, i) => Check(keyword.Value, item, $"{place}[{i}]")),
                "description" or "format" or "example" or "title" => [],
                var other => throw new NotSupportedException($"The keyword \"{other}\" is not checked."),
            };
            foreach (var complaint in complaints)
            {
                yield return complaint;
            }
        }

        foreach (var complaint in value.ValueKind == JsonValueKind.Object ? CheckMembers(schema, value, place) : [])
        {
            yield return complaint;
        }
    }

    private IEnumerable<string> CheckMembers(JsonElement schema, JsonElement value, string place)
    {
        foreach (var member in value.EnumerateObject())
        {
            var at = $"{place}.{member.Name}";
            var isKnown = schema.TryGetProperty("properties", out var properties)
                && properties.TryGetProperty(member.Name, out _);
            var complaints =
                isKnown ? Check(properties.GetProperty(member.Name), member.Value, at)
                : !schema.TryGetProperty("additionalProperties", out var others) ? []
                : others.ValueKind == JsonValueKind.False ? [$"{at} is not in the contract"]
                : others.ValueKind == JsonValueKind.Object ? Check(others, member.Value, at)
                : [];
            foreach (var complaint in complaints)
            {
                yield return complaint;
            }
        }
    }

    private static IEnumerable<string> CheckType(JsonElement types, JsonElement value, string place)
    {
        var actual = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            var kind => kind.ToString().ToLowerInvariant(),
        };
        var allowed = types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Select(type => type.GetString()).ToList()
            : [types.GetString()];
        return allowed.Contains(actual) || (actual == "integer" && allowed.Contains("number"))
            ? []
            : [$"{place} is of type {actual}, not {types}"];
    }
}
