using System.Text.Json.Nodes;

namespace Enlarger.Server.Observability;

/// <summary>The documents of the vendors' routes, each written by hand in its vendor's folder.</summary>
internal sealed class OpenApiDocuments
{
    private const string Prefix = "openapi/";

    private readonly SortedDictionary<string, string> _documents = new(StringComparer.Ordinal);

    public OpenApiDocuments()
    {
        var assembly = typeof(OpenApiDocuments).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(IsDocument))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            // The resource is called as the vendor's folder, with the slash of the system that built it.
            var vendor = name[Prefix.Length..].TrimEnd('/', '\\').ToLowerInvariant();
            _documents.Add(vendor, reader.ReadToEnd());
        }
    }

    /// <summary>The vendors, in small letters.</summary>
    public IReadOnlyCollection<string> Vendors => _documents.Keys;

    /// <summary>The document, with <paramref name="origin"/> as its only server; null where there is none.</summary>
    public string? Find(string vendor, string origin)
    {
        if (!_documents.TryGetValue(vendor, out var text))
        {
            return null;
        }

        var document = JsonNode.Parse(text)!.AsObject();
        document["servers"] = new JsonArray(new JsonObject { ["url"] = origin });
        return document.ToJsonString();
    }

    private static bool IsDocument(string resource) => resource.StartsWith(Prefix, StringComparison.Ordinal);
}
