using System.Buffers.Text;
using System.Globalization;
using Enlarger.Imaging;
using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.AILab;

/// <summary>The form of <c>POST /api/image/enhance/image-lossless-enlargement</c>.</summary>
internal sealed record AILabRequest(
    ReadOnlyMemory<byte> Image, int Factor, bool Enhances, ImageFormat Format, int Quality)
{
    public static async Task<AILabRequest> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        RequestBody.RefuseEncoded(http);
        if (!FormBody.IsForm(http))
        {
            throw new FaultException(
                Fault.ContentTypeUnsupported, "The content type must be multipart/form-data.");
        }

        var form = await FormBody.ReadAsync(http, cancel);
        return new AILabRequest(
            ReadImage(form),
            ReadNumber(form, "upscale_factor", min: 2, max: 4, unless: 2),
            ReadMode(form),
            ReadFormat(form),
            ReadNumber(form, "output_quality", min: 30, max: 100, unless: 95));
    }

    private static ReadOnlyMemory<byte> ReadImage(FormBody form)
    {
        var image = form.Find("image")?.Bytes ?? throw Missing("image is required.");
        if (image.IsEmpty)
        {
            throw Invalid("image", "image is empty.");
        }

        // Clients of other APIs send text here. No picture consists of the letters of base64 alone.
        return image.Span.StartsWith("data:"u8) || Base64.IsValid(image.Span)
            ? throw Missing("image must be a file, not base64.")
            : image;
    }

    private static bool ReadMode(FormBody form) => ReadText(form, "mode") switch
    {
        null or "base" => false,
        "enhancement" => true,
        _ => throw Invalid("mode", "mode must be base or enhancement."),
    };

    private static ImageFormat ReadFormat(FormBody form) => ReadText(form, "output_format") switch
    {
        null or "png" => ImageFormat.Png,
        "jpg" => ImageFormat.Jpeg,
        "bmp" => ImageFormat.Bmp,
        _ => throw Invalid("output_format", "output_format must be png, jpg or bmp."),
    };

    private static int ReadNumber(FormBody form, string field, int min, int max, int unless)
    {
        if (ReadText(form, field) is not { } text)
        {
            return unless;
        }

        // Some clients write whole numbers as 2.0.
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsInteger(number) && number >= min && number <= max
                ? (int)number
                : throw Invalid(field, $"{field} must be a whole number from {min} to {max}.");
    }

    // Form clients send the fields that were left empty too. They mean the default.
    private static string? ReadText(FormBody form, string field) =>
        form.Find(field)?.Text is { Length: > 0 } text ? text : null;

    private static FaultException Missing(string words) => new(Fault.ParameterMissing, words) { Field = "image" };

    private static FaultException Invalid(string field, string words) =>
        new(Fault.ParameterInvalid, words) { Field = field };
}
