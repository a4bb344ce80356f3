using System.Net;
using System.Net.Sockets;
using Dapper;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;
using Microsoft.Data.Sqlite;

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

    [Theory]
    [InlineData("serve", "--urls", AnyPort)]
    [InlineData("keys", "add", "me")]
    public async Task A_folder_that_cannot_be_made_is_named(params string[] command)
    {
        File.WriteAllText(_folder["file"], "");

        var run = await CommandRun.Of([.. command, "--data", _folder["file/data"]]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"enlarger: The data folder {_folder["file/data"]} cannot be ", run.Error);
        Assert.EndsWith("Name another with --data or ENLARGER_DATA.\n", run.Error);
        Assert.Single(run.ErrorLines);
    }

    // A user without a home: services and containers have them.
    [Theory]
    [InlineData("HOME=/proc", "serve")]
    [InlineData("HOME=/proc", "keys", "add", "me")]
    public async Task Without_a_usable_home_the_options_are_named(string home, params string[] command)
    {
        var run = await Program.RunAsync($"unset ENLARGER_DATA XDG_DATA_HOME; export {home}", command);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "enlarger: The data folder /proc/.local/share/enlarger cannot be made or written to. "
            + "Name another with --data or ENLARGER_DATA.\n",
            run.Error);
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_is_refused_in_the_same_words_everywhere()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/enlarger.db"], string.Concat(Enumerable.Repeat("no database ", 1000)));

        await AssertRefusedAsync("it is damaged, or no database of Enlarger");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_in_the_same_words_everywhere()
    {
        using (var database = new Database(new DataFolder(_folder["data"])))
        {
            database.Write(connection => connection.Execute("pragma user_version = 1000"));
        }

        await AssertRefusedAsync("was written by a newer version of Enlarger");
    }

    [Fact]
    public async Task A_database_that_another_program_has_locked_is_refused_in_the_same_words_everywhere()
    {
        var folder = new DataFolder(_folder["data"]);
        new Database(folder).Dispose();
        using var other = new SqliteConnection($"Data Source={folder.Database};Pooling=false");
        other.Open();
        other.Execute("pragma locking_mode = exclusive; begin exclusive");

        await AssertRefusedAsync("another program is using it");
    }

    [Theory]
    [InlineData("--urls", "https://127.0.0.1:8443")]
    [InlineData("--urls", "8080")]
    [InlineData("--urls", "http://127.0.0.1:8080/prefix")]
    [InlineData("--public-url", "pictures.example")]
    [InlineData("--public-url", "ftp://pictures.example")]
    [InlineData("--public-url", "https://pictures.example/?a")]
    [InlineData("--threads", "0")]
    public async Task A_wrong_option_is_wrong_usage(string option, string value)
    {
        var run = await Serve(option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error);
        Assert.Single(run.ErrorLines);
    }

    private async Task AssertRefusedAsync(string reason)
    {
        var serve = await Serve("--urls", AnyPort);
        var list = await CommandRun.Of("keys", "list", "--data", _folder["data"]);
        var add = await CommandRun.Of("keys", "add", "me", "--data", _folder["data"]);

        Assert.Contains(reason, serve.Error);
        Assert.Single(serve.ErrorLines);
        Assert.Equal((1, serve.Error), (list.ExitCode, list.Error));
        Assert.Equal((1, serve.Error), (add.ExitCode, add.Error));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<CommandRun> Serve(params string[] arguments) =>
        CommandRun.Of(["serve", "--data", _folder["data"], .. arguments]);
}
