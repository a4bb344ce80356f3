using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger serve</c>: runs the HTTP server until it is told to stop.</summary>
internal sealed class ServeCommand : Command
{
    public const string CommandPath = "enlarger serve";

    public const string Examples = """
        Examples:
          enlarger serve                                         on this machine only
          enlarger serve --urls http://0.0.0.0:8080              for others, too
          enlarger serve --public-url https://pictures.example   behind a proxy
          enlarger serve --admin-urls http://10.0.0.5:9090       probes and metrics elsewhere
          enlarger serve --data /srv/enlarger --threads 4

        On an empty data folder it makes a key and prints it, alone, on standard output. It is shown this once.
        Ctrl-C stops the server after the pictures in work; a second one at once. All other settings come from
        settings.json in the data folder and from variables such as ENLARGER_Jobs__SecondsMax=60.
        """;

    private readonly Option<string[]> _urls = new("--urls")
    {
        Description = "One or more addresses to listen on.",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["http://127.0.0.1:8080"],
    };

    private readonly Option<string[]> _adminUrls = new("--admin-urls")
    {
        Description = "Where to answer probes and metrics, apart from all other requests.",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _data = SharedOptions.Data();

    private readonly Option<string?> _publicUrl = new("--public-url")
    {
        Description = "The address by which callers reach this server; by default the Host header of a request.",
        HelpName = "URL",
    };

    private readonly Option<bool> _allowPrivateUrls = new("--allow-private-urls")
    {
        Description = "Also fetch pictures from private and local addresses.",
    };

    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "The model that serves all requests (see: enlarger models), or the path of an ONNX file.",
        HelpName = "MODEL",
    };

    private readonly Option<int?> _threads = SharedOptions.Threads();

    private readonly ConsoleStreams _streams;

    public ServeCommand(ConsoleStreams streams)
        : base("serve", "Serve the APIs of Pixelcut, Monica, Venice, Stablecog and AILab over HTTP.")
    {
        _streams = streams;
        _urls.Validators.Add(CheckUrls);
        _adminUrls.Validators.Add(CheckUrls);
        _publicUrl.Validators.Add(CheckPublicUrl);
        foreach (var option in (Option[])[_urls, _adminUrls, _data, _publicUrl, _allowPrivateUrls, _model, _threads])
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancel)
    {
        var options = new ServerOptions
        {
            DataFolder = result.GetValue(_data) ?? DataFolder.Default(),
            Urls = result.GetRequiredValue(_urls),
            AdminUrls = result.GetValue(_adminUrls) ?? [],
            Settings = SettingsOf(result),
        };
        await using (var app = await StartAsync(options, cancel))
        {
            MakeFirstKey(app.Services.GetRequiredService<KeyRing>());
            Introduce(app, options);
            // Ends when the token is cancelled, after the requests in work.
            await app.WaitForShutdownAsync(cancel);
        }

        Say("Stopped.");
        return CommandLine.Done;
    }

    private static async Task<WebApplication> StartAsync(ServerOptions options, CancellationToken cancel)
    {
        var app = ServeFailures.Explain(() => WebServer.Build(options), options);
        try
        {
            await ServeFailures.ExplainAsync(() => app.StartAsync(cancel), options);
            return app;
        }
        catch
        {
            await CloseAsync(app);
            throw;
        }
    }

    // What has started already is stopped in order, or it would complain of its own end.
    private static async Task CloseAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
#pragma warning disable CA1031 // Why the start failed is what counts; the end of the process closes the rest.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void MakeFirstKey(KeyRing keys)
    {
        try
        {
            keys.AddFirst(key =>
            {
                Say("The data folder was empty. Here is a key named \"default\"; it is shown only now:");
                _streams.Out.WriteLine(key);
                _streams.Out.Flush();
            });
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error) || error is CommandException)
        {
            // A key that nobody has seen would be of no use, and would keep the next start from making one.
            Say("The first key could not be written to standard output, so it was not made. The next start tries "
                + "again; until then, make one with: enlarger keys add NAME");
        }
    }

    private void Say(string line)
    {
        _streams.Error.WriteLine(line);
        _streams.Error.Flush();
    }

    private void Introduce(WebApplication app, ServerOptions options)
    {
        var version = typeof(ServeCommand).Assembly.GetName().Version?.ToString(3);
        // The server lists its addresses in the order in which they were given.
        var callers = app.Urls.SkipLast(options.AdminUrls.Count);
        Say($"Enlarger {version} listens on {string.Join(" and ", callers)}");
        if (options.AdminUrls.Count > 0)
        {
            Say($"  probes {string.Join(" and ", app.Urls.TakeLast(options.AdminUrls.Count))}");
        }

        Say($"  data   {app.Services.GetRequiredService<DataFolder>().Root}");
        Say($"  model  {app.Services.GetRequiredService<IOptions<JobSettings>>().Value.Model}");
        Say($"  APIs   {string.Join(", ", WebServer.Vendors.Select(vendor => vendor.Name))}");
        if (ImageCodecs.Warning is { } warning)
        {
            Say(warning);
        }
    }

    // What is not on the command line stays for settings.json and the environment to say.
    private Dictionary<string, string?> SettingsOf(ParseResult result)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (result.GetValue(_publicUrl) is { } url)
        {
            settings["Results:PublicUrl"] = url;
        }

        if (result.GetValue(_allowPrivateUrls))
        {
            settings["Inputs:AllowPrivateUrls"] = "true";
        }

        if (result.GetValue(_model) is { } model)
        {
            settings["Jobs:Model"] = model;
        }

        if (result.GetValue(_threads) is { } threads)
        {
            settings["Jobs:Threads"] = threads.ToString(CultureInfo.InvariantCulture);
        }

        return settings;
    }

    private static void CheckUrls(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (!CanListenOn(token.Value))
            {
                result.AddError(
                    $"{result.Option.Name} takes addresses such as http://127.0.0.1:8080, not \"{token.Value}\".");
            }
        }
    }

    private static bool CanListenOn(string url)
    {
        try
        {
            // TLS is for a proxy in front, which has the certificates.
            var address = BindingAddress.Parse(url);
            return address.Scheme == "http" && address.PathBase.Length == 0;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void CheckPublicUrl(OptionResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (!ResultSettings.CanStandBeforePath(text))
        {
            result.AddError($"--public-url takes an address such as https://pictures.example, not \"{text}\".");
        }
    }
}
