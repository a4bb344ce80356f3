using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Enlarger.Tests.Vendors;

/// <summary>
/// The part of JSON Schema that the documents use. What is not known here fails, so that no rule is passed over.
/// </summary>
/// <param name="root">The document, for <c>$ref</c>.</param>
internal sealed class ContractSchema(JsonNode root)
{
    // They describe, and demand nothing. Formats are hints for people here; addresses are fetched by the transcripts.
    private static readonly string[] Annotations =
    [
        "title", "description", "default", "example", "examples", "format", "deprecated", "readOnly", "writeOnly",
        "contentMediaType", "contentEncoding", "$comment",
    ];

    /// <summary>What of <paramref name="value"/> does not fit, a sentence each; none where it fits.</summary>
    public IReadOnlyList<string> Complaints(JsonNode? schema, JsonNode? value, string at = "body") =>
        [.. Check(Resolve(schema), value, at)];

    public bool Fits(JsonNode? schema, JsonNode? value) => !Check(Resolve(schema), value, "").Any();

    /// <summary>The node that <c>$ref</c> leads to.</summary>
    public JsonNode? Resolve(JsonNode? node)
    {
        while (node is JsonObject map && map["$ref"] is JsonValue reference)
        {
            node = root;
            foreach (var step in reference.GetValue<string>().TrimStart('#', '/').Split('/'))
            {
                node = node![step];
            }

            Assert.True(node is not null, $"{reference} leads nowhere.");
        }

        return node;
    }

    private IEnumerable<string> Check(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is JsonValue truth)
        {
            return truth.GetValue<bool>() ? [] : [$"{at} must not be there"];
        }

        var rules = schema!.AsObject().Where(rule => !Annotations.Contains(rule.Key, StringComparer.Ordinal));
        return rules.SelectMany(rule => Check(rule.Key, rule.Value, schema.AsObject(), value, at));
    }

    private IEnumerable<string> Check(string rule, JsonNode? limit, JsonObject schema, JsonNode? value, string at) =>
        value switch
        {
            JsonObject map when CheckObject(rule, limit, schema, map, at) is { } complaints => complaints,
            JsonArray list when CheckArray(rule, limit, list, at) is { } complaints => complaints,
            _ => CheckAny(rule, limit, value) switch
            {
                true => [],
                false => [$"{at} is {Start(value)}, against {rule} {limit?.ToJsonString()}"],
                null when rule is "allOf" => limit!.AsArray().SelectMany(one => Complaints(one, value, at)),
                null => [$"The checker does not know the rule \"{rule}\""],
            },
        };

    private IEnumerable<string>? CheckObject(
        string rule, JsonNode? limit, JsonObject schema, JsonObject map, string at) => rule switch
        {
            "required" => limit!.AsArray()
                .Select(name => name!.GetValue<string>())
                .Where(name => !map.ContainsKey(name))
                .Select(name => $"{at} lacks {name}"),
            "properties" => map
                .Where(member => limit!.AsObject().ContainsKey(member.Key))
                .SelectMany(member => Complaints(limit![member.Key], member.Value, $"{at}.{member.Key}")),
            "additionalProperties" => map
                .Where(member => schema["properties"]?.AsObject().ContainsKey(member.Key) != true)
                .SelectMany(member => Complaints(limit, member.Value, $"{at}.{member.Key}")),
            _ => null,
        };

    private IEnumerable<string>? CheckArray(string rule, JsonNode? limit, JsonArray list, string at) => rule switch
    {
        "items" => list.SelectMany((item, i) => Complaints(limit, item, $"{at}[{i}]")),
        "minItems" when list.Count < Number(limit) => [$"{at} has too few items"],
        "maxItems" when list.Count > Number(limit) => [$"{at} has too many items"],
        _ => null,
    };

    // Rules for another type than the value's hold. Null: not a rule of this kind.
    private bool? CheckAny(string rule, JsonNode? limit, JsonNode? value) => rule switch
    {
        "type" => Types(limit!).Any(type => IsOf(type, value)),
        "enum" => limit!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "const" => JsonNode.DeepEquals(limit, value),
        "minimum" => !(Number(value) < Number(limit)),
        "maximum" => !(Number(value) > Number(limit)),
        "exclusiveMinimum" => !(Number(value) <= Number(limit)),
        "exclusiveMaximum" => !(Number(value) >= Number(limit)),
        "minLength" => !(String(value)?.Length < Number(limit)),
        "maxLength" => !(String(value)?.Length > Number(limit)),
        "pattern" => String(value) is not { } text || Matches(text, limit!),
        "anyOf" => limit!.AsArray().Any(one => Fits(one, value)),
        "oneOf" => limit!.AsArray().Count(one => Fits(one, value)) == 1,
        "not" => !Fits(limit, value),
        "required" or "properties" or "additionalProperties" or "items" or "minItems" or "maxItems" => true,
        _ => null,
    };

    private static IEnumerable<string> Types(JsonNode type) =>
        type is JsonArray list ? list.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => String(value) is not null,
        "boolean" => value is JsonValue v && v.TryGetValue<bool>(out _),
        "number" => Number(value) is not null,
        // 2.0 is an integer: JSON has numbers only.
        "integer" => Number(value) is { } number && double.IsInteger(number),
        _ => throw new InvalidOperationException($"There is no type {type}."),
    };

    private static double? Number(JsonNode? value) =>
        value is JsonValue v && v.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? double.Parse(v.ToJsonString(), CultureInfo.InvariantCulture)
            : null;

    private static string? String(JsonNode? value) =>
        value is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;

    private static string Start(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "null";
        return text.Length > 100 ? text[..100] + "..." : text;
    }

    private static bool Matches(string text, JsonNode pattern) =>
        Regex.IsMatch(text, pattern.GetValue<string>(), RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));
}
