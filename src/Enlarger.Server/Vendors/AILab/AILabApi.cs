using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Vendors.AILab;

/// <summary>
/// <c>POST /api/image/enhance/image-lossless-enlargement</c> and <c>GET /api/common/query-credits</c>, in the order of
/// README.md beside this file.
/// </summary>
internal static class AILabApi
{
    private const string UpscalePath = "/api/image/enhance/image-lossless-enlargement";
    private const string CreditsPath = "/api/common/query-credits";

    // "No more than 3 MB", read as the larger of the two readings.
    private const int FileBytesMax = 3 << 20;

    // A file that is not much too large is read, so that its refusal can be about the file.
    private const int BodyBytesMax = FileBytesMax + (4 << 20);

    // "If the output image resolution exceeds 3840x2160, the output format will be automatically set to jpg."
    private const int LongSideMaxUnlessJpeg = 3840;
    private const int ShortSideMaxUnlessJpeg = 2160;

    internal static readonly Vendor AILab = new("ailab", "ailabapi-api-key", AILabErrors.Answer);

    // "Larger than 32x32px, smaller than 1920x1080px": a frame of exactly that size is the commonest there is.
    private static readonly InputLimits Limits = new()
    {
        BytesMax = FileBytesMax,
        Formats = new HashSet<ImageFormat> { ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Bmp },
        SideMin = 32,
        WidthMax = 1920,
        HeightMax = 1080,
        EitherWay = true,
    };

    // "A more prominent enhancement effect than the normal mode, further improving the clarity and sharpness". Clearer,
    // yet still the picture that was sent: changed moderately, with most of its lines kept and its noise reduced.
    private static readonly EnhanceOptions Enhancement = new() { Creativity = 0.35, Replication = 0.6 };

    // "The URL address is a temporary address, valid for 24 hours."
    private static readonly TimeSpan ResultLifetime = TimeSpan.FromHours(24);

    public static void MapAILab(this IEndpointRouteBuilder routes)
    {
        routes.MapUpscale(UpscalePath, AILab, BodyBytesMax, ReadAsync);
        routes.MapGet(CreditsPath, AILab, GetCredits);
        // The envelope is in every answer, so also in those to what is not there.
        routes.MapUnknown("/api/image", AILab);
        routes.MapUnknown("/api/common", AILab);
    }

    private static async Task<VendorRequest> ReadAsync(
        HttpContext http, ResultStore results, CancellationToken cancel)
    {
        var request = await AILabRequest.ReadAsync(http.Request, cancel);
        return new VendorRequest
        {
            Image = new ImageSource.Upload(request.Image),
            Limits = Limits,
            Operation = request.Enhances ? "enhance" : "upscale",
            Options = source => OptionsFor(source, request),
            Lifetime = ResultLifetime,
            Answer = done => Results.Json(
                new AILabUpscaled(http.TraceIdentifier, results.AddressOf(done.Result, http.Request)),
                AILabJson.Default.AILabUpscaled),
        };
    }

    private static IResult GetCredits(HttpContext http, RequestGate gate, Database database)
    {
        var admitted = gate.Enter(http, AILab.ReadKey(http.Request));
        var balance = AILabBalance.Of(admitted.Account, CreditSummary.Read(database, admitted.Account));
        return Results.Json(new AILabBalances(http.TraceIdentifier, balance), AILabJson.Default.AILabBalances);
    }

    private static EnlargeOptions OptionsFor(SourceImage source, AILabRequest request)
    {
        var format = FormatOf(source, request);
        return new EnlargeOptions
        {
            Scale = request.Factor,
            Format = format,
            // "Only applicable when output_format=jpg."
            Quality = format == ImageFormat.Jpeg ? request.Quality : null,
            Enhance = request.Enhances ? Enhancement : null,
        };
    }

    private static ImageFormat FormatOf(SourceImage source, AILabRequest request)
    {
        // "If the input image is in RGBA format, the output will be forced to png."
        if (source.Header.Layout.HasAlpha)
        {
            return ImageFormat.Png;
        }

        var longSide = Math.Max(source.Width, source.Height) * request.Factor;
        var shortSide = Math.Min(source.Width, source.Height) * request.Factor;
        return longSide > LongSideMaxUnlessJpeg || shortSide > ShortSideMaxUnlessJpeg
            ? ImageFormat.Jpeg
            : request.Format;
    }
}
