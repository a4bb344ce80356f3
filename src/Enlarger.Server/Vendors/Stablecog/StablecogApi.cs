using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary><c>POST /v1/image/upscale</c> and what belongs to it, in the order of README.md beside this file.</summary>
internal static class StablecogApi
{
    private const int FileBytesMax = 10 << 20;

    // A file of the largest size, and the form around it.
    private const int BodyBytesMax = FileBytesMax + (64 << 10);

    // "Image cannot exceed 1024x1024"
    private const int SideMax = 1024;

    // Results are not held to that. The largest that comes out of here can be enlarged once more, to 16384x16384.
    private const int OwnSideMax = SideMax * Scale;

    private const int Scale = 4;
    private const int Quality = 85;
    private const string Extension = ".jpeg";

    internal static readonly Vendor Stablecog = new("stablecog", HeaderNames.Authorization, StablecogErrors.Answer);

    private static readonly InputLimits Limits = new()
    {
        BytesMax = FileBytesMax,
        Formats = new HashSet<ImageFormat> { ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp },
    };

    private static readonly InputLimits OwnLimits = new()
    {
        BytesMax = ImageLimits.Default.BytesMax,
        Formats = new HashSet<ImageFormat>(Enum.GetValues<ImageFormat>()),
    };

    public static void MapStablecog(this IEndpointRouteBuilder routes)
    {
        MapUpscaling(routes.MapGroup("").AddEndpointFilter(StablecogHeaders.SendAsync));

        MapShared(routes.MapGroup("").AddEndpointFilter(StablecogHeaders.SendAsync).WithMetadata(new SharedPath()));
        routes.MapUnknown("/v1/image", Stablecog);

        // All of it, for a base URL that ends in the prefix.
        var all = routes.MapGroup("/stablecog").AddEndpointFilter(StablecogHeaders.SendAsync);
        MapUpscaling(all);
        MapShared(all);
        all.MapUnknown("", Stablecog);
    }

    private static void MapUpscaling(IEndpointRouteBuilder routes)
    {
        routes.MapUpscale("/v1/image/upscale", Stablecog, BodyBytesMax, ReadAsync);
        routes.MapUpscale("/v1/image/upscale/create", Stablecog, BodyBytesMax, ReadAsync);
        routes.MapGet("/v1/image/models/upscale", Stablecog, StablecogCatalog.ListModels);
        routes.MapGet("/v1/image/upscale/models", Stablecog, StablecogCatalog.ListModels);
        routes.MapGet("/v1/image/defaults/upscale", Stablecog, StablecogCatalog.GetDefaults);
        routes.MapGet("/v1/image/upscale/defaults", Stablecog, StablecogCatalog.GetDefaults);
    }

    private static void MapShared(IEndpointRouteBuilder routes)
    {
        routes.MapUpscale("/v1/upscale", Stablecog, BodyBytesMax, ReadAsync);
        routes.MapGet("/v1/credits", Stablecog, StablecogCatalog.GetCredits);
    }

    private static async Task<VendorRequest> ReadAsync(
        HttpContext http, ResultStore results, CancellationToken cancel)
    {
        var request = await StablecogRequest.ReadAsync(http.Request, cancel);
        var settings = request.Settings;
        // Errors from here on may name them.
        http.Features.Set(settings);
        var own = request.OutputId is { } id
            ? await ReadOwnAsync(http.Features.GetRequiredFeature<Account>(), id, results, cancel)
            : null;
        var sideMax = own is null ? SideMax : OwnSideMax;
        return new VendorRequest
        {
            Image = own ?? request.Image,
            Limits = own is null ? Limits : OwnLimits,
            Options = source => OptionsFor(source, sideMax),
            Lifetime = Timeout.InfiniteTimeSpan,
            Parent = request.OutputId,
            Answer = done => StablecogJson.Answer(
                new StablecogUpscale(
                    [new StablecogOutput(done.Id, results.AddressOf(done.Result, http.Request, Extension))],
                    done.Balance,
                    settings),
                StablecogJson.AsGo.StablecogUpscale),
        };
    }

    private static async Task<ImageSource> ReadOwnAsync(
        Account account, Guid id, ResultStore results, CancellationToken cancel)
    {
        var own = results.FindOwn(account, id) ?? throw Unknown();
        if (own.Pixels > (long)OwnSideMax * OwnSideMax)
        {
            // Known without its file, which is large.
            throw TooLarge(OwnSideMax);
        }

        return new ImageSource.Upload(await results.ReadAsync(own, cancel) ?? throw Unknown());
    }

    private static EnlargeOptions OptionsFor(SourceImage source, int sideMax) =>
        source.Width <= sideMax && source.Height <= sideMax
            ? new EnlargeOptions { Scale = Scale, Format = ImageFormat.Jpeg, Quality = Quality }
            : throw TooLarge(sideMax);

    private static FaultException TooLarge(int sideMax) =>
        new(Fault.ResolutionTooHigh, $"Image cannot exceed {sideMax}x{sideMax}");

    private static FaultException Unknown() => new(Fault.ResultUnknown, "There is no such output of this key.");
}
