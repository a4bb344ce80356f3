using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Enlarger.Tests.Vendors;

/// <summary>A vendor's openapi.json: what may be asked, and what may be answered.</summary>
internal sealed class ContractDocument
{
    private static readonly string Folder = Repository.Path("src/Enlarger.Server/Vendors");

    private readonly JsonNode _root;

    private ContractDocument(string vendor, JsonNode root)
    {
        Vendor = vendor;
        _root = root;
        Schema = new ContractSchema(root);
        Operations =
        [
            .. from path in root["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where operation.Key is "get" or "post" or "put" or "delete" or "patch"
               select new ContractOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
        ];
    }

    /// <summary>The name of its folder.</summary>
    public string Vendor { get; }

    public ContractSchema Schema { get; }

    public IReadOnlyList<ContractOperation> Operations { get; }

    /// <summary>The header with the key, and what stands before it there.</summary>
    public (string Header, string Prefix) KeyHeader
    {
        get
        {
            var scheme = _root["components"]!["securitySchemes"]!.AsObject().First().Value!;
            return scheme["type"]!.GetValue<string>() == "apiKey"
                ? (scheme["name"]!.GetValue<string>(), "")
                : ("Authorization", "Bearer ");
        }
    }

    public static IReadOnlyList<ContractDocument> All { get; } =
    [
        .. from folder in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal)
           let file = Path.Combine(folder, "openapi.json")
           where File.Exists(file)
           select new ContractDocument(Path.GetFileName(folder), JsonNode.Parse(File.ReadAllText(file))!),
    ];

    public static ContractDocument Of(string vendor) => All.Single(document => document.Vendor == vendor);

    /// <summary>The body of that type that an operation takes; null where it takes none.</summary>
    public JsonNode? RequestSchema(ContractOperation operation, string mediaType) =>
        Schema.Resolve(Schema.Resolve(operation.Node["requestBody"])?["content"]?[mediaType]?["schema"]);

    /// <summary>What is wrong with an answer, a sentence each; none where the document allows it.</summary>
    public IReadOnlyList<string> Complaints(string method, string path, ContractAnswer answer)
    {
        var operations = Operations.Where(operation => operation.Path == path).ToList();
        // HEAD is GET without the body (RFC 9110, section 9.3.2).
        var operation = operations.Find(operation => operation.Method == (method == "HEAD" ? "GET" : method));
        if (operation is null)
        {
            // Documents say nothing of what is not in them, and HTTP does (RFC 9110, sections 15.5.5 and 15.5.6).
            return answer.Status is 404
                || (operations.Count > 0 && (answer.Status is 405 || (method == "OPTIONS" && answer.Status is 204)))
                ? []
                : [$"{answer.Status} where there is no {method} {path}"];
        }

        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        if (Schema.Resolve(operation.Node["responses"]![status]) is not { } response)
        {
            return [$"{status} is not among the answers of {method} {path}"];
        }

        if (response["content"] is not JsonObject content)
        {
            return answer.Body.Length == 0 ? [] : [$"{status} has a body"];
        }

        var media = content.FirstOrDefault(media => IsOf(answer.MediaType, media.Key)).Value;
        if (media is null)
        {
            return [$"{status} comes as {answer.MediaType}, which is none of {string.Join(", ", Keys(content))}"];
        }

        return answer.MediaType == "application/json" && method != "HEAD"
            ? Schema.Complaints(media["schema"], Parse(answer.Body), $"{status} body")
            : [];
    }

    private static IEnumerable<string> Keys(JsonObject map) => map.Select(member => member.Key);

    private static bool IsOf(string type, string range) =>
        range.EndsWith("/*", StringComparison.Ordinal)
            ? type.StartsWith(range[..^1], StringComparison.Ordinal)
            : type == range;

    private static JsonNode? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return "This is not JSON: " + body;
        }
    }
}

internal sealed record ContractOperation(string Method, string Path, JsonObject Node);

/// <param name="Status">Such as 200.</param>
/// <param name="MediaType">Without parameters.</param>
/// <param name="Body">As text; of a picture, anything but nothing.</param>
internal sealed record ContractAnswer(int Status, string MediaType, string Body);
