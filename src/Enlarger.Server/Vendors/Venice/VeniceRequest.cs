using System.Buffers;
using System.Runtime.InteropServices;
using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>The body of <c>POST /api/v1/image/upscale</c>, JSON or a form.</summary>
/// <param name="Image">A file, or its base64.</param>
/// <param name="Scale">1 to <see cref="ScaleMax"/>, fractions too.</param>
/// <param name="Enhance">Null where the picture is only to be enlarged.</param>
internal sealed record VeniceRequest(ImageSource Image, double Scale, EnhanceOptions? Enhance)
{
    public const double ScaleMax = 4;
    private const double ScaleDefault = 2;
    private const double CreativityDefault = 0.5;
    private const double ReplicationDefault = 0.35;
    private const int PromptLengthMax = 1500;


    private static readonly SearchValues<byte> Base64Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"u8);

    public static async Task<VeniceRequest> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        var fields = await VeniceFields.ReadAsync(http, cancel);
        var enhance = fields.Flag("enhance");
        var creativity = fields.Number("enhanceCreativity", 0, 1, nullable: true) ?? CreativityDefault;
        var prompt = fields.Text("enhancePrompt", PromptLengthMax) ?? "";
        var image = fields.File(VeniceFields.Image);
        // The picture is enlarged as the server's settings say: there is one upscaler.
        fields.Choice("model", VeniceModels.Upscalers);
        var replication = fields.Number("replication", 0, 1, nullable: true) ?? ReplicationDefault;
        var scale = fields.Number("scale", 1, ScaleMax) ?? ScaleDefault;
        fields.NameUnread();

        // "Scale of 1 requires enhance to be set true and will only run the enhancer."
        if (scale <= 1 && enhance != true)
        {
            fields.Issues.Add(VeniceIssue.Custom("scale", "Scale must be > 1 if enhance is false"));
        }

        return fields.Issues.Count > 0
            ? throw new VeniceInvalidException(fields.Issues)
            : new VeniceRequest(
                SourceOf(image, isText: http.HasJsonContentType()),
                scale,
                enhance == true
                    ? new EnhanceOptions { Creativity = creativity, Replication = replication, Prompt = prompt }
                    : null);
    }

    // A part of a form may hold either, and says nothing reliable about which.
    private static ImageSource SourceOf(ReadOnlyMemory<byte> bytes, bool isText)
    {
        var isDataUrl = bytes.Span.StartsWith("data:"u8);
        if (!isText && !isDataUrl && (bytes.IsEmpty || bytes.Span.ContainsAnyExcept(Base64Alphabet)))
        {
            return new ImageSource.Upload(bytes);
        }

        return new ImageSource.Base64(MemoryMarshal.AsMemory(bytes)).WithoutDataHead();
    }
}
