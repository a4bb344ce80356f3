using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>
/// <c>POST /api/v1/image/upscale</c> and <c>GET /api/v1/models</c>, in the order of README.md beside this file.
/// </summary>
internal static class VeniceApi
{
    // "Less than 25MB", read as the larger of the two readings.
    private const int FileBytesMax = 25 << 20;

    // A file of the largest size in base64, broken into lines, and the body around it.
    private const int BodyBytesMax = (FileBytesMax / 3 * 4) + (1 << 20);

    // "Image dimensions must be at least 65536 pixels ..."
    internal const long PixelsMin = 65_536;

    // "... and final dimensions after scaling must not exceed 16777216 pixels."
    internal const long ResultPixelsMax = 16_777_216;

    private static readonly Vendor Venice = new("venice", Vendor.ReadBearer, VeniceErrors.Answer);

    private static readonly InputLimits Limits = new()
    {
        BytesMax = FileBytesMax,
        Formats = new HashSet<ImageFormat>
        {
            ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif,
        },
        PixelsMin = PixelsMin,
        // No result is smaller than its picture.
        PixelsMax = ResultPixelsMax,
    };

    public static void MapVenice(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").AddEndpointFilter(VeniceHeaders.SendAsync);
        api.MapPost("/image/upscale", Venice, BodyBytesMax, UpscaleAsync);
        api.MapGet("/models", Venice, VeniceModels.List);
        api.Map("/image/upscale", (HttpContext http) => VeniceErrors.MethodNotAllowed(http, "POST"));
        api.Map("/models", (HttpContext http) => VeniceErrors.MethodNotAllowed(http, "GET"));
        api.Map("/{**path}", VeniceErrors.NotFound);
    }

    private static async Task<IResult> UpscaleAsync(
        HttpContext http, Reception reception, ImageInbox inbox, JobQueue jobs, CancellationToken cancel)
    {
        var visit = reception.Enter(http, Vendor.ReadBearer(http.Request));
        var request = await VeniceRequest.ReadAsync(http.Request, cancel);
        var source = await inbox.LoadAsync(request.Image, Limits, cancel);
        var job = new EnlargeJob
        {
            Account = visit.Account,
            Vendor = Venice.Name,
            Operation = request.Enhance is null ? "upscale" : "enhance",
            Source = source,
            Options = new EnlargeOptions
            {
                Size = ResultSize(source, request.Scale),
                Format = ImageFormat.Png,
                Enhance = request.Enhance,
            },
            Lifetime = TimeSpan.Zero,
        };
        var done = await jobs.RunAsync(job, cancel);
        VeniceHeaders.NameIgnoredWords(http.Response, done.Enlarged.UnknownWords);
        return ResultLinks.Answer(http, done.Result);
    }

    private static (int Width, int Height) ResultSize(SourceImage source, double scale)
    {
        var (width, height) = (Math.Round(source.Width * scale), Math.Round(source.Height * scale));
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
}
