using System.Text.Json.Serialization;

namespace Enlarger.Server.Vendors.Monica;

internal sealed record MonicaResult(Uri Image);

internal sealed record MonicaRefusal(MonicaError Error);

/// <summary>OpenAI's envelope. Null members are written, as there.</summary>
internal sealed record MonicaError(string Message, string Type, string? Param, string? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MonicaResult))]
[JsonSerializable(typeof(MonicaRefusal))]
internal sealed partial class MonicaJson : JsonSerializerContext;
