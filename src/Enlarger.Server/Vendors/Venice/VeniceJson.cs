using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Enlarger.Server.Vendors.Venice;

/// <summary><c>StandardError</c>, and <c>DetailedError</c> where the request is to blame.</summary>
internal sealed record VeniceError(
    string Error, JsonObject? Details = null, IReadOnlyList<VeniceIssue>? Issues = null);

[JsonSerializable(typeof(VeniceError))]
internal sealed partial class VeniceJson : JsonSerializerContext
{
    // The texts of zod are full of apostrophes, which the usual encoder would write as \u0027 for the sake of HTML.
    public static VeniceJson Readable { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
