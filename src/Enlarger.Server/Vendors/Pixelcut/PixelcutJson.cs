using System.Text.Json.Serialization;

namespace Enlarger.Server.Vendors.Pixelcut;

internal sealed record PixelcutResult(Uri ResultUrl);

internal sealed record PixelcutCredits(long CreditsRemaining);

internal sealed record PixelcutError(string Error, string ErrorCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PixelcutResult))]
[JsonSerializable(typeof(PixelcutCredits))]
[JsonSerializable(typeof(PixelcutError))]
internal sealed partial class PixelcutJson : JsonSerializerContext;
