using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Enlarger.Server.Commands;

/// <summary>One line of JSON for each result, with keys in snake_case.</summary>
[JsonSerializable(typeof(UpscaleReport))]
[JsonSerializable(typeof(ModelReport))]
[JsonSerializable(typeof(CompareReport))]
[JsonSerializable(typeof(KeyReport))]
[JsonSerializable(typeof(BenchRequest))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(BenchError))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    // File names in any script stay readable; nothing here is put into HTML.
    private static readonly CommandJson Readable =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    public static string Line<T>(T value) => JsonSerializer.Serialize(value, TypeInfo<T>());

    /// <exception cref="JsonException">The line is not what is wanted.</exception>
    public static T Parse<T>(string line)
        where T : class =>
        JsonSerializer.Deserialize(line, TypeInfo<T>()) ?? throw new JsonException("There must be an object.");

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Readable.GetTypeInfo(typeof(T))!;
}
