using Enlarger.Imaging;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors.Monica;

/// <summary><c>POST /v1/image/tool/upscale</c>, in the order of README.md beside this file.</summary>
internal static class MonicaApi
{
    // A URL and a number. Servers agree on 8 KiB for a URL at most; escaped in JSON it may be six times as long.
    private const int BodyBytesMax = 64 << 10;

    // "Input images up to 2048x2048 resolution"
    private const int SideMax = 2048;

    internal static readonly Vendor Monica = new("monica", HeaderNames.Authorization, MonicaErrors.Answer);

    private static readonly InputLimits Limits = new()
    {
        // The page names none. The largest picture takes as much without any compression, in 16 bits and with alpha.
        BytesMax = SideMax * SideMax * 4 * 2,
        Formats = new HashSet<ImageFormat> { ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp },
        WidthMax = SideMax,
        HeightMax = SideMax,
    };

    // The page names none. Clients fetch the result at once; a day is enough for those that people drive.
    private static readonly TimeSpan ResultLifetime = TimeSpan.FromHours(24);

    public static void MapMonica(this IEndpointRouteBuilder routes)
    {
        routes.MapUpscale("/v1/image/tool/upscale", Monica, BodyBytesMax, ReadAsync);
        routes.MapUnknown("/v1/image/tool", Monica);
    }

    private static async Task<VendorRequest> ReadAsync(
        HttpContext http, ResultStore results, CancellationToken cancel)
    {
        var request = await MonicaRequest.ReadAsync(http.Request, cancel);
        return new VendorRequest
        {
            Image = new ImageSource.Link(request.Image),
            Limits = Limits,
            Options = _ => new EnlargeOptions { Scale = request.Scale, Format = ImageFormat.Png },
            Lifetime = ResultLifetime,
            Answer = done => Results.Json(
                new MonicaResult(results.AddressOf(done.Result, http.Request)), MonicaJson.Default.MonicaResult),
        };
    }
}
