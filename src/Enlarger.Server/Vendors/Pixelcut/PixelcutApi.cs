using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Vendors.Pixelcut;

/// <summary><c>POST /v1/upscale</c> and <c>GET /v1/credits</c>, in the order of README.md beside this file.</summary>
internal static class PixelcutApi
{
    // "Max size: 25MB", read as the larger of the two readings.
    private const int FileBytesMax = 25 << 20;

    // A file that is not much too large is read, so that its refusal can name its size.
    private const int BodyBytesMax = FileBytesMax + (4 << 20);

    // "Max resolution: 6000x6000px", and the same for results.
    private const int SideMax = 6000;

    internal static readonly Vendor Pixelcut = new("pixelcut", "X-API-KEY", PixelcutErrors.Answer);

    private static readonly InputLimits Limits = new()
    {
        BytesMax = FileBytesMax,
        Formats = new HashSet<ImageFormat> { ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp },
        SideMin = 64,
        WidthMax = SideMax,
        HeightMax = SideMax,
    };

    // "A URL to access the resultant image which is valid for 1 hour."
    private static readonly TimeSpan ResultLifetime = TimeSpan.FromHours(1);

    public static void MapPixelcut(this IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<IOptions<PixelcutSettings>>().Value;
        routes.MapUpscale(
            "/v1/upscale",
            Pixelcut,
            BodyBytesMax,
            (http, results, cancel) => ReadAsync(http, results, settings, cancel));
        routes.MapGet("/v1/credits", Pixelcut, GetCredits);
        // The prefix of others, too, whose own paths are longer.
        routes.MapUnknown("/v1", Pixelcut);
    }

    private static async Task<VendorRequest> ReadAsync(
        HttpContext http, ResultStore results, PixelcutSettings settings, CancellationToken cancel)
    {
        var request = await PixelcutRequest.ReadAsync(http.Request, cancel);
        var (wantsBytes, scale) = (PixelcutRequest.WantsBytes(http.Request), request.Scale);
        return new VendorRequest
        {
            Image = request.Image,
            Limits = LimitsOf(scale, settings),
            Options = source => OptionsFor(source, scale),
            Lifetime = wantsBytes ? TimeSpan.Zero : ResultLifetime,
            Answer = done => wantsBytes
                ? ResultStore.Answer(http, done.Result)
                : Results.Json(
                    new PixelcutResult(results.AddressOf(done.Result, http.Request)),
                    PixelcutJson.Default.PixelcutResult),
        };
    }

    private static IResult GetCredits(HttpContext http, RequestGate gate)
    {
        var admitted = gate.Enter(http, Pixelcut.ReadKey(http.Request));
        return Results.Json(new PixelcutCredits(admitted.Account.Balance), PixelcutJson.Default.PixelcutCredits);
    }

    private static InputLimits LimitsOf(int scale, PixelcutSettings settings) =>
        settings.StrictInputSizes
            ? Limits with { WidthMax = SideMax / scale, HeightMax = SideMax / scale }
            : Limits;

    // Enlarged as far as the largest result reaches, in the shape of the picture.
    private static EnlargeOptions OptionsFor(SourceImage source, int scale)
    {
        var reachable = Math.Min(scale, (double)SideMax / Math.Max(source.Width, source.Height));
        return new EnlargeOptions
        {
            Size = (Times(source.Width), Times(source.Height)),
            // "Returned in JPEG format unless the input image contained alpha channels."
            Format = source.Header.Layout.HasAlpha ? ImageFormat.Png : ImageFormat.Jpeg,
        };

        int Times(int side) => (int)Math.Round(side * reachable, MidpointRounding.AwayFromZero);
    }
}
