using Enlarger.Imaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Enlarger.Tests.Serving;

/// <summary>A web site of pictures, as other people have them: what a request's URL points to.</summary>
internal sealed class PictureHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PictureHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<PictureHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/moved/{name}", (string name) => Results.Redirect($"/{name}"));
        app.MapGet("/around", () => Results.Redirect("/around"));
        app.MapGet("/missing", () => Results.NotFound());
        app.MapGet("/{name}", (string name) => Results.Bytes(TestPictures.Make(name), MediaType(name)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new PictureHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static string MediaType(string name) =>
        ImageFormats.Find(Path.GetExtension(name))?.MediaType() ?? "application/octet-stream";
}
