using Enlarger.Models;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Enlarger.Server.Vendors.AILab;
using Enlarger.Server.Vendors.Monica;
using Enlarger.Server.Vendors.Pixelcut;
using Enlarger.Server.Vendors.Stablecog;
using Enlarger.Server.Vendors.Venice;
using Microsoft.Extensions.Options;

namespace Enlarger.Server;

/// <summary>The HTTP server: what it consists of, and which routes it has.</summary>
internal static class WebServer
{
    /// <summary>Builds a server; the caller starts it.</summary>
    public static WebApplication Build(ServerOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddEnvironmentVariables("ENLARGER_").AddInMemoryCollection(options.Settings);
        builder.WebHost.UseUrls([.. options.Urls]);

        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(new DataFolder(options.DataFolder));
        builder.Services.AddSingleton(services => services.GetRequiredService<DataFolder>().Lock());
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<Reception>();
        builder.Services.AddSingleton<ModelStore>();
        builder.Services.AddSingleton<ImageEnlarger>();
        builder.Services.AddSingleton<Network>();
        builder.Services.AddSingleton<LinkFetcher>();
        builder.Services.AddSingleton<ImageInbox>();
        builder.Services.AddSingleton<JobTable>();
        builder.Services.AddSingleton<JobQueue>();
        builder.Services.AddHostedService<JobLifecycle>();
        // The jobs have their time, and some more is for the answers.
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<JobSettings>>((host, jobs) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(jobs.Value.StopSecondsMax + 10));
        builder.Services.AddSingleton<ResultLinks>();
        builder.Services.AddSingleton<ResultSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ResultSweep>());

        builder.Services.AddSingleton<IValidateOptions<JobSettings>, JobSettingsValidator>();
        builder.Services.AddOptions<JobSettings>().BindConfiguration("Jobs").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ResultSettings>, ResultSettingsValidator>();
        builder.Services.AddOptions<ResultSettings>().BindConfiguration("Results").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<InputSettings>, InputSettingsValidator>();
        builder.Services.AddOptions<InputSettings>().BindConfiguration("Inputs").ValidateOnStart();
        builder.Services.AddOptions<ResultSettings>().BindConfiguration("Results");
        builder.Services.AddOptions<PixelcutSettings>().BindConfiguration("Pixelcut");

        var app = builder.Build();
        // Before anything looks into the folder: recovery would give back the credits of another server's jobs.
        _ = app.Services.GetRequiredService<FolderLock>();
        app.MapPixelcut();
        app.MapResults();
        app.MapMonica();
        app.MapAILab();
        app.UseStablecogPaths();
        app.UseRouting();
        app.MapPixelcut();
        app.MapVenice();
        app.MapStablecog();
        app.MapMethods(
            $"{ResultLinks.Route}/{{file}}", ["GET", "HEAD"], (string file, ResultLinks results) => results.Get(file));
        return app;
    }
}

/// <summary>What the command line and tests decide; the rest comes from settings.</summary>
internal sealed record ServerOptions
{
    public required string DataFolder { get; init; }

    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Settings by their configuration keys, such as <c>Jobs:Threads</c>. They win.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
}
