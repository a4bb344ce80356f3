using System.Globalization;
using System.Text.Json;
using Enlarger.Server.Inputs;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors.Pixelcut;

/// <summary>The body of <c>POST /v1/upscale</c>, JSON or a form.</summary>
internal sealed record PixelcutRequest(ImageSource Image, int Scale)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public static async Task<PixelcutRequest> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        if (http.HasJsonContentType())
        {
            using var body = await JsonBody.ReadAsync(http, cancel);
            return new PixelcutRequest(ReadLink(body.RootElement), ReadScale(body.RootElement));
        }

        if (FormBody.IsForm(http))
        {
            var form = await FormBody.ReadAsync(http, cancel);
            return new PixelcutRequest(ReadImage(form), ReadScale(form));
        }

        throw new FaultException(
            Fault.ContentTypeUnsupported, "The content type must be application/json or multipart/form-data.");
    }

    /// <summary>The picture itself is asked for: <c>image/*</c> or a type of image is preferred to JSON.</summary>
    public static bool WantsBytes(HttpRequest http)
    {
        var ranges = http.GetTypedHeaders().Accept;
        var image = ranges.Where(range => range.Type.Equals("image", StringComparison.OrdinalIgnoreCase));
        var json = ranges.Where(range => Json.IsSubsetOf(range));
        return Weight(image) > Weight(json);

        static double Weight(IEnumerable<MediaTypeHeaderValue> ranges) =>
            ranges.Select(range => range.Quality ?? 1).DefaultIfEmpty().Max();
    }

    private static ImageSource.Link ReadLink(JsonElement body)
    {
        if (!body.TryGetProperty("image_url", out var address) || address.ValueKind == JsonValueKind.Null)
        {
            throw Missing("image_url");
        }

        return address.ValueKind == JsonValueKind.String
            ? new ImageSource.Link(address.GetString()!)
            : throw Invalid("image_url", "image_url must be a string.");
    }

    private static int ReadScale(JsonElement body)
    {
        if (!body.TryGetProperty("scale", out var scale) || scale.ValueKind == JsonValueKind.Null)
        {
            throw Missing("scale");
        }

        return scale.ValueKind == JsonValueKind.Number ? CheckScale(scale.GetDouble()) : throw WrongScale();
    }

    // "This is mutually exclusive with image_url, if both are provided the image will be used."
    private static ImageSource ReadImage(FormBody form) =>
        Find(form, "image") is { } image ? new ImageSource.Upload(image.Bytes)
        : Find(form, "image_url") is { } address ? new ImageSource.Link(address.Text)
        : throw new FaultException(Fault.ParameterMissing, "image or image_url is required.") { Field = "image" };

    private static int ReadScale(FormBody form)
    {
        var text = Find(form, "scale")?.Text ?? throw Missing("scale");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale)
            ? CheckScale(scale)
            : throw WrongScale();
    }

    // Form clients send the fields that were left empty too.
    private static FormPart? Find(FormBody form, string name) =>
        form.Find(name) is { Bytes.IsEmpty: false } part ? part : null;

    private static int CheckScale(double scale) => scale is 2 or 4 ? (int)scale : throw WrongScale();

    private static FaultException WrongScale() => Invalid("scale", "scale must be 2 or 4.");

    private static FaultException Missing(string field) =>
        new(Fault.ParameterMissing, $"{field} is required.") { Field = field };

    private static FaultException Invalid(string field, string words) =>
        new(Fault.ParameterInvalid, words) { Field = field };
}
