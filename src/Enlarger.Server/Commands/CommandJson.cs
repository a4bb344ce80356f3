using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Enlarger.Server.Commands;

/// <summary>One line of JSON for each result, with keys in snake_case.</summary>
[JsonSerializable(typeof(UpscaleReport))]
[JsonSerializable(typeof(ModelReport))]
[JsonSerializable(typeof(CompareReport))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    // File names in any script stay readable; nothing here is put into HTML.
    private static readonly CommandJson Readable =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    public static string Line<T>(T value) =>
        JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Readable.GetTypeInfo(typeof(T))!);
}
