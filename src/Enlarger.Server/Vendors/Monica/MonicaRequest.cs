using System.Text.Json;
using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.Monica;

/// <summary>The body of <c>POST /v1/image/tool/upscale</c>: a closed schema of two members, both required.</summary>
internal sealed record MonicaRequest(string Image, int Scale)
{
    public static async Task<MonicaRequest> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        RequestBody.RefuseEncoded(http);
        if (!http.HasJsonContentType())
        {
            throw new FaultException(Fault.ContentTypeUnsupported, "The content type must be application/json.");
        }

        using var document = await JsonBody.ReadAsync(http, cancel);
        var body = document.RootElement;
        foreach (var member in body.EnumerateObject())
        {
            if (member.Name is not ("image" or "scale"))
            {
                throw new FaultException(Fault.ParameterUnknown, "Only image and scale may be given.")
                {
                    Field = member.Name,
                };
            }
        }

        return new MonicaRequest(ReadImage(Get(body, "image")), ReadScale(Get(body, "scale")));
    }

    private static JsonElement Get(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new FaultException(Fault.ParameterMissing, $"{name} is required.") { Field = name };

    private static string ReadImage(JsonElement image) =>
        image.ValueKind == JsonValueKind.String
            ? image.GetString()!
            : throw new FaultException(Fault.ParameterInvalid, "image must be the URL of an image.")
            {
                Field = "image",
            };

    private static int ReadScale(JsonElement scale) =>
        scale.ValueKind == JsonValueKind.Number && scale.GetDouble() is 2
            ? 2
            : throw new FaultException(Fault.ParameterInvalid, "scale must be 2.") { Field = "scale" };
}
