using Enlarger.Models;
using Enlarger.Server.Accounts;
using Enlarger.Server.Decoding;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Observability;
using Enlarger.Server.Page;
using Enlarger.Server.Storage;
using Enlarger.Server.Vendors;
using Enlarger.Server.Vendors.AILab;
using Enlarger.Server.Vendors.Monica;
using Enlarger.Server.Vendors.Pixelcut;
using Enlarger.Server.Vendors.Stablecog;
using Enlarger.Server.Vendors.Venice;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Enlarger.Server;

/// <summary>The HTTP server: what it consists of, and which routes it has.</summary>
internal static class WebServer
{
    // No request of ours without a picture is larger; routes with pictures have limits of their own.
    private const int BodyBytesMax = 64 << 10;

    /// <summary>The vendors whose APIs are served.</summary>
    public static readonly IReadOnlyList<Vendor> Vendors =
    [
        PixelcutApi.Pixelcut, MonicaApi.Monica, VeniceApi.Venice, StablecogApi.Stablecog, AILabApi.AILab,
    ];

    // Longer than common proxies keep a connection (60 s), so that they close it and not we, under their request.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(75);

    // For the answers of the last jobs, after which connections are cut. With the notice and Jobs:StopSecondsMax this
    // is 25 seconds; Kubernetes kills after 30.
    private static readonly TimeSpan AnswersTimeout = TimeSpan.FromSeconds(5);

    // Headers come in one packet or two. Who takes longer wants to hold the connection.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    // A whole body has the time that this rate gives it, and half a minute at least. 25 MB, the largest, may take a
    // quarter of an hour.
    private static readonly MinDataRate BodyRate = new(bytesPerSecond: 32 << 10, TimeSpan.FromSeconds(30));

    // The same for whoever reads a result.
    private static readonly MinDataRate AnswerRate = new(bytesPerSecond: 16 << 10, TimeSpan.FromSeconds(15));

    /// <summary>Builds a server; the caller starts it.</summary>
    public static WebApplication Build(ServerOptions options)
    {
        // Empty, because the usual builder listens to variables and files of the folder in which it was started, shows
        // pages with exceptions in what it takes for development, and handles signals.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var folder = new DataFolder(options.DataFolder);
        // Apart from the configuration of the framework, which has values of its own.
        var settings = ServerSettings.Read(
            folder.Root, options.Settings, [.. Vendors.Select(vendor => vendor.Name)]);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            Listeners.Add(kestrel, options);
        });
        AddLogging(builder, settings.Logging);
        AddSettings(builder.Services, settings);
        AddServices(builder, options, folder);

        var app = builder.Build();
        TakeFolder(app);
        if (settings.Results.PublicUrl is { } publicUrl)
        {
            // A proxy may pass the path on that stands in its address, or remove it.
            app.UsePathBase(new Uri(publicUrl).AbsolutePath.TrimEnd('/'));
        }

        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<CrossOrigin>();
        app.UseMiddleware<RefusedBody>();
        app.UseStatusCodePages(PlainErrors.AnswerAsync);
        app.UseRouting();
        if (options.AdminUrls.Count > 0)
        {
            app.UseAdminUrls();
        }

        StartPage.Map(app);
        app.MapObservability();
        app.MapPixelcut();
        app.MapMonica();
        app.MapVenice();
        app.MapStablecog();
        app.MapAILab();
        app.MapResults();
        return app;
    }

    private static void TakeFolder(WebApplication app)
    {
        try
        {
            // The lock first: recovery would give back the credits of another server's jobs.
            _ = app.Services.GetRequiredService<FolderLock>();
            _ = app.Services.GetRequiredService<Database>();
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    private static void AddServices(WebApplicationBuilder builder, ServerOptions options, DataFolder folder)
    {
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<MatcherPolicy, StablecogPaths>();
        builder.Services.AddSingleton<IHostLifetime, HostLifetime>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(services => services.GetRequiredService<DataFolder>().Lock());
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<RequestGate>();
        builder.Services.AddSingleton<ModelStore>();
        builder.Services.AddSingleton<ModelLoading>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelLoading>());
        builder.Services.AddSingleton<ImageEnlarger>();
        builder.Services.AddSingleton<OutboundSockets>();
        builder.Services.AddSingleton<ImageDownloader>();
        builder.Services.AddSingleton<BytesInFlight>();
        builder.Services.AddSingleton<InputLoader>();
        builder.Services.AddSingleton<PictureDecoder>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PictureDecoder>());
        builder.Services.AddSingleton<JobTable>();
        builder.Services.AddSingleton<JobQueue>();
        builder.Services.AddHostedService<JobLifecycle>();
        // The jobs have their time, and some more is for the answers. Whoever reads slowly does not hold up the end.
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<JobSettings>>((host, jobs) =>
            host.ShutdownTimeout =
                JobLifecycle.Notice + TimeSpan.FromSeconds(jobs.Value.StopSecondsMax) + AnswersTimeout);
        builder.Services.AddSingleton<ResultStore>();
        builder.Services.AddSingleton<UpscaleEndpoint>();
        builder.Services.AddSingleton<ResultCleanup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ResultCleanup>());
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddSingleton<ServerMetrics>();
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<OpenApiDocuments>();
        builder.Services.AddSingleton<StartPage>();
    }

    private static void AddSettings(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(Options.Create(settings.Jobs));
        services.AddSingleton(Options.Create(settings.Results));
        services.AddSingleton(Options.Create(settings.Inputs));
        services.AddSingleton(Options.Create(settings.Pixelcut));
        services.AddSingleton(Options.Create(settings.Serving));
    }

    private static void AddLogging(WebApplicationBuilder builder, LoggingSettings settings)
    {
        builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // It logs a caller's reset in the middle of an upload as an error. How a request ended, and each exception,
            // is in our own lines.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical)
            // Why the server does not start is said in a sentence, by whoever started it.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddConsole(console =>
            {
                console.FormatterName = PlainFormatter.FormatterName;
                // Standard output is for the key that the first start makes.
                console.LogToStandardErrorThreshold = LogLevel.Trace;
            })
            .AddConsoleFormatter<PlainFormatter, ConsoleFormatterOptions>();
        settings.Apply(builder.Logging);
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        kestrel.Limits.MinRequestBodyDataRate = BodyRate;
        kestrel.Limits.MinResponseDataRate = AnswerRate;
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
    }
}

/// <summary>What the command line and tests decide; the rest comes from settings.</summary>
internal sealed record ServerOptions
{
    public required string DataFolder { get; init; }

    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>Where probes and metrics are answered; with the rest where there is none.</summary>
    public IReadOnlyList<string> AdminUrls { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Settings by their configuration keys, such as <c>Jobs:Threads</c>. They win.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
}
