using System.Net;
using Enlarger.Server;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Commands;

/// <summary>Settings as users write them: in settings.json, in the environment, and as options.</summary>
public sealed class ServeSettingsTests : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    // A value for each setting of docs/serving.md that is not its default.
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["Jobs:Model"] = "photo-fast",
        ["Jobs:Threads"] = "1",
        ["Jobs:BacklogMegapixelsMax"] = "100",
        ["Jobs:SecondsMax"] = "60",
        ["Jobs:DecodeSecondsMax"] = "7",
        ["Jobs:StopSecondsMax"] = "5",
        ["Jobs:Prices"] = """{"venice": {"upscale": 0, "enhance": 4}, "AILab": {"Upscale": 5}}""",
        ["Results:PublicUrl"] = "https://pictures.example/up/",
        ["Inputs:AllowPrivateUrls"] = "true",
        ["Inputs:ConnectSecondsMax"] = "5",
        ["Inputs:FetchSecondsMax"] = "60",
        ["Inputs:MegabytesMax"] = "64",
        ["Serving:CorsOrigins"] = """["https://app.example", "http://localhost:3000"]""",
        ["Pixelcut:StrictInputSizes"] = "true",
        ["Logging:LogLevel"] = """{"Default": "Warning", "Microsoft": "error"}""",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Documented =>
    [
        .. File.ReadLines(Repository.Path("docs/serving.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])
            .Where(name => name.Contains(':', StringComparison.Ordinal)),
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        """{"Jobs": {"SecondsMax": 0}}""",
        "Jobs:SecondsMax must be a whole number from 1 to 86400, not \"0\".")]
    [InlineData("""{"Jobs": {"SecondsMax": "soon"}}""", "Jobs:SecondsMax must be a whole number from 1 to 86400, ")]
    [InlineData(
        """{"Jobs": {"SecondsMax": null}}""",
        "Jobs:SecondsMax must be a whole number from 1 to 86400, not null")]
    [InlineData(
        """{"Jobs": {"SecondsMax": ""}}""",
        "Jobs:SecondsMax must be a whole number from 1 to 86400, not \"\".")]
    [InlineData("""{"Jobs": {"SecondsMax": 1.5}}""", "Jobs:SecondsMax must be a whole number from 1 to 86400, ")]
    [InlineData("""{"Jobs": {"SecondsMax": 1e3}}""", "Jobs:SecondsMax must be a whole number from 1 to 86400, ")]
    [InlineData("""{"Jobs": {"SecondsMax": 99999999999999999999}}""", "not \"99999999999999999999\".")]
    [InlineData(
        """{"Jobs": {"SecondsMax": {"a": 1}}}""",
        "Jobs:SecondsMax must be a whole number from 1 to 86400, not an")]
    [InlineData("""{"Jobs": {"SecondsMax": [1]}}""", "Jobs:SecondsMax must be a whole number from 1 to 86400, not an ")]
    [InlineData("""{"Jobs": {"SecondsMax": true}}""", "Jobs:SecondsMax must be a whole number from 1 to 86400, ")]
    [InlineData("""{"Jobs": {"Seconds": 5}}""", "Jobs:Seconds is no setting; Jobs has Model, ")]
    [InlineData("""{"Jobs": 5}""", "Jobs must be an object with settings, not \"5\".")]
    [InlineData("""{"Jobs": [5]}""", "Jobs:0 is no setting; Jobs has Model, ")]
    [InlineData("""{"Job": {"SecondsMax": 5}}""", "Job is no section of settings; there are Jobs, ")]
    [InlineData("""{"SecondsMax": 5}""", "SecondsMax is no section of settings; there are Jobs, ")]
    [InlineData("""{"Jobs": {"Model": ""}}""", "Jobs:Model must be the name of a model or the path of an ONNX file, ")]
    [InlineData("""{"Jobs": {"Model": "none"}}""", "There is no model \"none\"")]
    [InlineData("""{"Jobs": {"Model": "restore"}}""", "\"restore\" keeps the size of a picture; a server needs one")]
    [InlineData("""{"Jobs": {"Prices": 5}}""", "Jobs:Prices must be an object with settings, not \"5\".")]
    [InlineData("""{"Jobs": {"Prices": {"venise": {"upscale": 2}}}}""", "Jobs:Prices:venise is no vendor, only ")]
    [InlineData("""{"Jobs": {"Prices": {"venice": 2}}}""", "Jobs:Prices:venice must be an object with settings, ")]
    [InlineData("""{"Jobs": {"Prices": {"venice": {"upscal": 2}}}}""", "venice:upscal is nothing that is sold, only ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": -2}}}}""",
        "venice:upscale must be a whole number from 0 to")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": "abc"}}}}""",
        "venice:upscale must be a whole number from ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": "1.5"}}}}""",
        "venice:upscale must be a whole number from ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": null}}}}""",
        "venice:upscale must be a whole number from ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": {"a": 1}}}}}""",
        "venice:upscale must be a whole number ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": [1]}}}}""",
        "venice:upscale must be a whole number from ")]
    [InlineData(
        """{"Jobs": {"Prices": {"venice": {"upscale": 1e99}}}}""",
        "venice:upscale must be a whole number from ")]
    [InlineData(
        """{"Inputs": {"AllowPrivateUrls": "yes"}}""",
        "Inputs:AllowPrivateUrls must be true or false, not \"yes\".")]
    [InlineData("""{"Inputs": {"AllowPrivateUrls": 1}}""", "Inputs:AllowPrivateUrls must be true or false, not \"1\".")]
    [InlineData("""{"Inputs": {"AllowPrivateUrls": ""}}""", "Inputs:AllowPrivateUrls must be true or false, not \"\".")]
    [InlineData("""{"Results": {"PublicUrl": ""}}""", "Results:PublicUrl must be an address that begins with http://")]
    [InlineData(
        """{"Results": {"PublicUrl": "a.example"}}""",
        "Results:PublicUrl must be an address that begins with ")]
    [InlineData("""{"Serving": {"CorsOrigins": "app.example"}}""", "Serving:CorsOrigins must be an origin such as ")]
    [InlineData("""{"Serving": {"CorsOrigins": ["https://a.b/"]}}""", "Serving:CorsOrigins:0 must be an origin ")]
    [InlineData("""{"Serving": {"CorsOrigins": ["*", 5]}}""", "Serving:CorsOrigins:1 must be an origin such as ")]
    [InlineData("""{"Serving": {"CorsOrigins": [null]}}""", "Serving:CorsOrigins:0 must be an origin such as ")]
    [InlineData("""{"Serving": {"CorsOrigins": [["*"]]}}""", "Serving:CorsOrigins:0 must be an origin such as ")]
    [InlineData(
        """{"Logging": {"LogLevel": {"Default": "Verbose"}}}""",
        "Logging:LogLevel:Default must be one of Trace, ")]
    [InlineData(
        """{"Logging": {"LogLevel": {"Default": 3}}}""",
        "Logging:LogLevel:Default must be one of Trace, Debug, ")]
    [InlineData(
        """{"Logging": {"LogLevel": {"Microsoft": null}}}""",
        "Logging:LogLevel:Microsoft must be one of Trace, ")]
    [InlineData(
        """{"Logging": {"LogLevel": "Debug"}}""",
        "Logging:LogLevel must be an object with settings, not \"Debug\"")]
    [InlineData(
        """{"Logging": {"Console": {"FormatterName": "json"}}}""",
        "Logging:Console is no setting; Logging has Log")]
    [InlineData("""{"Jobs": """, "settings.json is not valid JSON: see line 1.")]
    [InlineData("""[1]""", "settings.json must be one JSON object, with each setting in it once.")]
    [InlineData(
        """{"Jobs": {"Threads": 1}, "jobs": {"threads": 2}}""",
        "settings.json must be one JSON object, with each ")]
    public async Task A_wrong_setting_is_one_sentence(string settings, string expected)
    {
        var run = await ServeWith(settings);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.Single(run.ErrorLines);
        Assert.DoesNotContain("This is a bug", run.Error);
    }

    [Fact]
    public async Task All_wrong_settings_are_named_at_once()
    {
        var run = await ServeWith(
            """
            {"Jobs": {"Threads": "x", "Prices": {"a": {}}}, "Logging": {"LogLevel": {"A": "B"}}, "Other": {"a": 1}}
            """);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("enlarger: 4 settings are wrong:", run.ErrorLines[0]);
        Assert.Equal(
            ["  Jobs:Threads", "  Jobs:Prices:a", "  Logging:LogLevel:A", "  Other"],
            run.ErrorLines.Skip(1).Select(line => line[..line.IndexOf(' ', 2)]));
    }

    [Fact]
    public async Task A_value_that_is_shown_stays_on_its_line()
    {
        var run = await ServeWith("{\"Jobs\": {\"Threads\": \"a\\nb\\u001b[31m" + new string('c', 1000) + "\"}}");

        Assert.Single(run.ErrorLines);
        Assert.Contains("not \"a?b?[31mccc", run.Error);
        Assert.EndsWith("ccc...\".\n", run.Error);
        Assert.InRange(run.Error.Length, 100, 300);
    }

    [Fact]
    public async Task A_settings_file_that_is_a_folder_is_named()
    {
        Directory.CreateDirectory(_folder["data/settings.json"]);

        var run = await CommandRun.Of("serve", "--urls", AnyPort, "--data", _folder["data"]);

        Assert.Equal((1, $"enlarger: {_folder["data/settings.json"]} is a folder; it must be a file with settings.\n"),
            (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("ENLARGER_Jobs__Threads", "many", "Jobs:Threads must be a whole number from 0 to 1024, not \"many\".")]
    [InlineData("ENLARGER_Jobs__Threads", "", "Jobs:Threads must be a whole number from 0 to 1024, not \"\".")]
    [InlineData("ENLARGER_Jobs__Thread", "1", "Jobs:Thread is no setting; Jobs has Model, ")]
    [InlineData("ENLARGER_Job__Threads", "1", "Job is no section of settings; there are Jobs, ")]
    [InlineData("ENLARGER_Jobs", "1", "Jobs must be an object with settings, not \"1\".")]
    [InlineData("ENLARGER_Logging__LogLevel__Default", "Verbose", "Logging:LogLevel:Default must be one of Trace, ")]
    public async Task A_wrong_variable_is_one_sentence(string name, string value, string expected)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value };
        await using var server = ServeProcess.Start(_folder["data"], variables, "--urls", AnyPort);
        var (exitCode, _) = await server.EndAsync(Cancel);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, server.Error);
        Assert.Single(server.Error.TrimEnd('\n').Split('\n'));
    }

    // Kubernetes sets such variables in every container, for a service of that name.
    [Fact]
    public async Task Variables_that_are_no_settings_are_left_alone()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ENLARGER_PORT"] = "tcp://10.0.0.1:8080",
            ["ENLARGER_SERVICE_HOST"] = "10.0.0.1",
            ["ENLARGER_URLS"] = "http://0.0.0.0:80",
        };
        await using var server = ServeProcess.Start(_folder["data"], variables, "--urls", AnyPort, "-m", "bicubic");

        Assert.True((await server.AddressAsync(Cancel)).IsLoopback);
    }

    [Fact]
    public async Task Options_win_over_variables_and_variables_over_the_file()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(
            _folder["data/settings.json"], """{"Jobs": {"Model": "none", "Threads": 2, "SecondsMax": "1"}}""");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ENLARGER_Jobs__Model"] = "neither",
            ["enlarger_jobs__secondsmax"] = "2",
        };

        await using var server = ServeProcess.Start(_folder["data"], variables, "--urls", AnyPort, "-m", "bicubic");
        await server.SaidAsync("model  bicubic", Cancel);
        var settings = ServerSettings.Read(
            _folder["data"], new Dictionary<string, string?>(StringComparer.Ordinal) { ["Jobs:Threads"] = "3" }, []);

        Assert.Equal((3, 1), (settings.Jobs.Threads, settings.Jobs.SecondsMax));
    }

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task Every_documented_setting_can_be_set(string name)
    {
        Directory.CreateDirectory(_folder["data"]);
        var (section, rest) = (name.Split(':')[0], name.Split(':')[1]);
        var value = Others[name];
        var isJson = value[0] is '{' or '[' || !value.Any(char.IsAsciiLetter) || value is "true" or "false";
        File.WriteAllText(
            _folder["data/settings.json"],
            $"{{\"{section}\": {{\"{rest}\": {(isJson ? value : $"\"{value}\"")}}}}}");

        var settings = Read();
        await using var server = ServeProcess.Start(
            _folder["data"], ["--urls", AnyPort, .. name == "Jobs:Model" ? (string[])[] : ["-m", "bicubic"]]);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };
        using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var group = typeof(ServerSettings).GetProperty(section)!.GetValue(settings)!;
        var read = group.GetType().GetProperty(rest)!.GetValue(group);
        Assert.NotEqual(group.GetType().GetProperty(rest)!.GetValue(Activator.CreateInstance(group.GetType())), read);
    }

    [Fact]
    public async Task Threads_may_be_0_as_they_are_without_a_setting()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Threads", "0"), ("Jobs:Model", "auto"));
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();

        var address = await Storage.StoredPicture.EnlargeAsync(client, server.MakeKey("me"));
        using var answer = await client.GetAsync(address, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public void Prices_are_found_whatever_the_case_of_their_names()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/settings.json"], $"{{\"Jobs\": {{\"Prices\": {Others["Jobs:Prices"]}}}}}");

        var jobs = Read().Jobs;

        Assert.Equal((0, 4), (jobs.PriceOf("venice", "upscale"), jobs.PriceOf("venice", "enhance")));
        Assert.Equal((5, 1), (jobs.PriceOf("ailab", "upscale"), jobs.PriceOf("monica", "upscale")));
    }

    [Theory]
    [InlineData("Default", "Debug", true, true)]
    [InlineData("default", "warning", false, false)]
    [InlineData("Enlarger.Server.Observability.RequestLog", "Warning", false, false)]
    [InlineData("Enlarger.Server.Storage", "Error", true, false)]
    public async Task Log_levels_take_effect_by_category(string category, string level, bool requests, bool probes)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"ENLARGER_Logging__LogLevel__{category}"] = level,
        };
        await using var server = ServeProcess.Start(_folder["data"], variables, "--urls", AnyPort, "-m", "bicubic");
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };
        using var probe = await client.GetAsync(new Uri("/healthz", UriKind.Relative), Cancel);
        using var page = await client.GetAsync(new Uri("/", UriKind.Relative), Cancel);
        server.Signal("TERM");
        await server.EndAsync(Cancel);

        Assert.Equal(requests, server.Error.Contains("enlarger GET / key", StringComparison.Ordinal));
        Assert.Equal(probes, server.Error.Contains("GET /healthz", StringComparison.Ordinal));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ServerSettings Read() => ServerSettings.Read(
        _folder["data"],
        new Dictionary<string, string?>(StringComparer.Ordinal),
        [.. WebServer.Vendors.Select(vendor => vendor.Name)]);

    private Task<CommandRun> ServeWith(string settings)
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/settings.json"], settings);
        return CommandRun.Of("serve", "--urls", AnyPort, "--data", _folder["data"]);
    }
}
