using Enlarger.Imaging;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>
/// <c>POST /api/v1/image/upscale</c> and <c>GET /api/v1/models</c>, in the order of README.md beside this file.
/// </summary>
internal static class VeniceApi
{
    // "Less than 25MB", read as the larger of the two readings.
    private const int FileBytesMax = 25 << 20;

    // A file of the largest size in base64, broken into lines or with each "+" as \u002B, and the body around it.
    private const int BodyBytesMax = (FileBytesMax / 3 * 4 / 8 * 9) + (64 << 10);

    // "Image dimensions must be at least 65536 pixels ..."
    internal const long PixelsMin = 65_536;

    // "... and final dimensions after scaling must not exceed 16777216 pixels."
    internal const long ResultPixelsMax = 16_777_216;

    // Longer strips are no pictures, and an engine that computes whole rows would hold a gigabyte of a few of them.
    private const int SideMax = 16_384;

    internal static readonly Vendor Venice = new("venice", HeaderNames.Authorization, VeniceErrors.Answer);

    private static readonly InputLimits Limits = new()
    {
        BytesMax = FileBytesMax,
        Formats = new HashSet<ImageFormat>
        {
            ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif,
        },
        WidthMax = SideMax,
        HeightMax = SideMax,
        PixelsMin = PixelsMin,
        // No result is smaller than its picture.
        PixelsMax = ResultPixelsMax,
    };

    public static void MapVenice(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").AddEndpointFilter(VeniceHeaders.SendAsync);
        api.MapUpscale("/image/upscale", Venice, BodyBytesMax, ReadAsync);
        api.MapGet("/models", Venice, VeniceModels.List);
        api.MapUnknown("", Venice);
    }

    private static async Task<VendorRequest> ReadAsync(
        HttpContext http, ResultStore results, CancellationToken cancel)
    {
        var (image, scale, enhance) = await VeniceRequest.ReadAsync(http.Request, cancel);
        return new VendorRequest
        {
            Image = image,
            Limits = Limits,
            Operation = enhance is null ? "upscale" : "enhance",
            Options = source => new EnlargeOptions
            {
                Size = ResultSize(source, scale),
                Format = ImageFormat.Png,
                Enhance = enhance,
            },
            Lifetime = TimeSpan.Zero,
            Answer = done =>
            {
                VeniceHeaders.NameIgnoredWords(http.Response, done.Enlarged.UnknownWords);
                return ResultStore.Answer(http, done.Result);
            },
        };
    }

    private static (int Width, int Height) ResultSize(SourceImage source, double scale)
    {
        var (width, height) = (Times(source.Width, scale), Times(source.Height, scale));
        if (width * height <= ResultPixelsMax)
        {
            return ((int)width, (int)height);
        }

        if (scale < VeniceRequest.ScaleMax)
        {
            throw new FaultException(Fault.ResolutionTooHigh, $"The result would have {width} x {height} pixels.");
        }

        // "A scale of 4 with large images will result in the scale being dynamically set to ensure the final image
        // stays within the maximum size limits."
        var reduced = Math.Sqrt(ResultPixelsMax / ((double)source.Width * source.Height));
        return ((int)(source.Width * reduced), (int)(source.Height * reduced));
    }

    private static double Times(int side, double scale) => Math.Round(side * scale, MidpointRounding.AwayFromZero);
}
