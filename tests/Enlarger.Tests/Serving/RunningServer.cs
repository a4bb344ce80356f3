using Enlarger.Server;
using Enlarger.Server.Accounts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Enlarger.Tests.Serving;

/// <summary>The whole server, on a port of its own and an empty data folder.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    /// <summary>The model of a server, unless its settings name another: interpolation, which is quick.</summary>
    public const string Model = "bicubic";

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    private RunningServer()
    {
    }

    public ManualTime Time { get; } = new();

    public string DataFolder => _folder.Root;

    public Uri Address => new(_app!.Urls.First());

    /// <summary>Where it answers probes, where that is apart.</summary>
    public Uri AdminAddress => new(_app!.Urls.Last());

    /// <summary>Starts a server. Pictures are enlarged by interpolation unless the settings name a model.</summary>
    public static Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(adminUrls: [], settings);

    /// <summary>The same with addresses for operators.</summary>
    public static async Task<RunningServer> StartAsync(string[] adminUrls, (string Key, string Value)[] settings)
    {
        var server = new RunningServer();
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Jobs:Model"] = Model,
            ["Inputs:AllowPrivateUrls"] = "true",
            ["Logging:LogLevel:Default"] = "None",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        server._app = WebServer.Build(new ServerOptions
        {
            DataFolder = server.DataFolder,
            Urls = ["http://127.0.0.1:0"],
            AdminUrls = adminUrls,
            Time = server.Time,
            Settings = all,
        });
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public T Get<T>()
        where T : notnull =>
        _app!.Services.GetRequiredService<T>();

    /// <summary>A client that does not follow redirects and sends no headers of its own.</summary>
    public HttpClient Connect()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        return new HttpClient(handler) { BaseAddress = Address };
    }

    public string MakeKey(string name, long credits = 100, int ratePerMinute = 10_000, int concurrentMax = 100) =>
        Get<KeyRing>().Add(name, credits, ratePerMinute, concurrentMax);

    /// <summary>Finishes the requests that are inside.</summary>
    public Task StopAsync() => _app!.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }
}
