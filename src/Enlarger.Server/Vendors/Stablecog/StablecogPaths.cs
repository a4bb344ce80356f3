namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>
/// The two paths that another of the imitated APIs has as well. Who comes with <c>Authorization: Bearer</c>, and with
/// no key in <c>X-API-KEY</c>, means Stablecog's.
/// </summary>
internal static class StablecogPaths
{
    public const string Prefix = "/stablecog";
    public const string Upscale = "/v1/upscale";
    public const string Credits = "/v1/credits";

    /// <summary>Leads such requests to the same path below <see cref="Prefix"/>. Comes before routing.</summary>
    public static void UseStablecogPaths(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (IsMeant(http.Request))
        {
            http.Request.Path = Prefix + http.Request.Path;
        }

        return next(http);
    });

    private static bool IsMeant(HttpRequest request)
    {
        var path = request.Path.Value.AsSpan().TrimEnd('/');
        return (path.Equals(Upscale, StringComparison.OrdinalIgnoreCase)
                || path.Equals(Credits, StringComparison.OrdinalIgnoreCase))
            && Vendor.ReadBearer(request) is not null
            && !request.Headers.ContainsKey("X-API-KEY");
    }
}
