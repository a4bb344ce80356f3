using System.Net;
using System.Net.Sockets;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_makes_a_key_that_works_and_the_second_makes_none()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        string key;
        await using (var server = ServeProcess.Start(_folder["data"], "--urls", AnyPort, "-m", "bicubic"))
        {
            await server.AddressAsync(Cancel);
            server.Signal("INT");
            var (exitCode, output) = await server.EndAsync(Cancel);
            Assert.Equal(0, exitCode);
            key = Assert.Single(output);
            Assert.Matches("^sk_[0-9a-f]{64}$", key);
            Assert.DoesNotContain(key, server.Error);
            Assert.Contains("pixelcut", server.Error);
            Assert.EndsWith("Stopped.\n", server.Error);
        }

        await using var again = ServeProcess.Start(_folder["data"], "--urls", AnyPort, "-m", "bicubic");
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await again.AddressAsync(Cancel) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/credits");
        request.Headers.Add("X-API-KEY", key);
        using var answer = await client.SendAsync(request, Cancel);
        again.Signal("TERM");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (code, nothing) = await again.EndAsync(Cancel);
        Assert.Equal(0, code);
        Assert.Empty(nothing);
        // The one line of the request: with the name of the key, and without the key.
        Assert.Contains("pixelcut GET /v1/credits key=default status=200", again.Error);
        Assert.DoesNotContain(key, again.Error);
    }

    [Fact]
    public async Task It_starts_with_its_defaults_and_is_ready()
    {
        await using var server = ServeProcess.Start(_folder["data"], "--urls", AnyPort);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };

        using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        // A process of its own, whose log is heard as well.
        await using var server = ServeProcess.Start(_folder["data"], "--urls", url, "-m", "bicubic");
        var (exitCode, output) = await server.EndAsync(Cancel);

        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Equal($"enlarger: {url} is in use by another program; choose another with --urls.\n", server.Error);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_folder["file"], "");

        var run = await CommandRun.Of("serve", "--urls", AnyPort, "--data", _folder["file/data"]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"enlarger: The data folder {_folder["file/data"]} cannot be ", run.Error);
        Assert.Single(run.ErrorLines);
    }

    [Theory]
    [InlineData("""{"Jobs": {"SecondsMax": 0}}""", "A setting is wrong: Jobs:SecondsMax must be between 1 and 86400.")]
    [InlineData("""{"Jobs": {"SecondsMax": "soon"}}""", "The setting Jobs:SecondsMax cannot be \"soon\".")]
    [InlineData("""{"Jobs": {"Seconds": 5}}""", "There is no setting \"Seconds\" in Jobs.")]
    [InlineData("""{"Job": {"SecondsMax": 5}}""", "A setting is wrong: there is no \"Job\", only Jobs, ")]
    [InlineData("""{"Jobs": {"Prices": {"venise": {"upscale": 2}}}}""", "Jobs:Prices:venise is no vendor, only ")]
    [InlineData("""{"Jobs": {"Prices": {"venice": {"upscal": 2}}}}""", "venice:upscal is nothing that is sold")]
    [InlineData("""{"Jobs": {"Prices": {"venice": {"upscale": -2}}}}""", "venice:upscale must not be negative")]
    [InlineData("""{"Jobs": """, "settings.json in the data folder is not valid JSON.")]
    [InlineData("""{"Jobs": {"Model": "none"}}""", "There is no model \"none\"")]
    [InlineData("""{"Jobs": {"Model": "restore"}}""", "\"restore\" keeps the size of a picture; a server needs one")]
    public async Task A_wrong_setting_is_named(string settings, string expected)
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/settings.json"], settings);

        var run = await Serve("--urls", AnyPort);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.Single(run.ErrorLines);
        Assert.DoesNotContain("bug", run.Error);
    }

    [Theory]
    [InlineData("--urls", "https://127.0.0.1:8443")]
    [InlineData("--urls", "8080")]
    [InlineData("--urls", "http://127.0.0.1:8080/prefix")]
    [InlineData("--public-url", "pictures.example")]
    [InlineData("--public-url", "ftp://pictures.example")]
    [InlineData("--threads", "0")]
    public async Task A_wrong_option_is_wrong_usage(string option, string value)
    {
        var run = await Serve(option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error);
        Assert.Single(run.ErrorLines);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<CommandRun> Serve(params string[] arguments) =>
        CommandRun.Of(["serve", "--data", _folder["data"], .. arguments]);
}
