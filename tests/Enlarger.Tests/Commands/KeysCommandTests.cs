using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Commands;

public sealed class KeysCommandTests : IDisposable
{
    private const string AsNobody = "exec setpriv --reuid=65534 --clear-groups \"$0\" \"$@\"";

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Add_prints_the_key_alone()
    {
        var run = await Keys("add", "alice");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches($"^{KeyRing.Prefix}[0-9a-f]{{64}}\n$", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task List_shows_everything_but_the_key()
    {
        var alice = (await Keys("add", "alice")).Out.Trim();
        var bob = (await Keys("add", "bob", "--credits", "500", "--rate", "60", "--concurrent", "2")).Out.Trim();
        await Keys("revoke", "alice");

        var list = await Keys("list");
        var json = await Keys("list", "--json");

        Assert.Equal(2, list.OutLines.Count);
        Assert.Matches(
            @"^alice  1,000,000 credits  600 a minute  32 at once  since \S+  revoked \S+$", list.OutLines[0]);
        Assert.Matches(@"^bob          500 credits   60 a minute   2 at once  since \S+$", list.OutLines[1]);
        var entry = JsonDocument.Parse(json.OutLines[1]).RootElement;
        Assert.Equal("bob", entry.GetProperty("name").GetString());
        Assert.Equal(500, entry.GetProperty("credits").GetInt64());
        Assert.Equal(60, entry.GetProperty("rate").GetInt32());
        Assert.Equal(2, entry.GetProperty("concurrent").GetInt32());
        Assert.Equal(TimeSpan.Zero, entry.GetProperty("created").GetDateTimeOffset().Offset);
        Assert.Equal(JsonValueKind.Null, entry.GetProperty("revoked").ValueKind);
        Assert.NotEqual(
            JsonValueKind.Null, JsonDocument.Parse(json.OutLines[0]).RootElement.GetProperty("revoked").ValueKind);
        Assert.All([alice, bob], key => Assert.DoesNotContain(key[3..], list.Out + json.Out));
    }

    [Fact]
    public async Task Everything_works_while_a_server_runs()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = server.Connect();

        var add = await CommandRun.Of("keys", "add", "alice", "--credits", "5", "--data", server.DataFolder);
        var key = add.Out.Trim();
        var before = await CreditsAsync(client, key);
        var grant = await CommandRun.Of("keys", "--data", server.DataFolder, "grant", "alice", "7");
        var after = await CreditsAsync(client, key);
        var revoke = await CommandRun.Of("keys", "revoke", "alice", "--data", server.DataFolder);

        Assert.Equal((HttpStatusCode.OK, """{"credits_remaining":5}"""), before);
        Assert.Equal("12\n", grant.Out);
        Assert.Equal((HttpStatusCode.OK, """{"credits_remaining":12}"""), after);
        Assert.Equal(0, revoke.ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CreditsAsync(client, key)).Status);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Listing_writes_nothing(bool whileServing)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the permissions of Unix.");
        await Keys("add", "alice");
        using var server = whileServing ? new Database(new DataFolder(Data)) : null;
        server?.Write(connection => connection.Execute("update keys set rate_per_minute = 7"));
        Chmod("a=rX", _folder.Root);

        // Root may write whatever the permissions are.
        var list = await Program.RunAsync(
            Environment.IsPrivilegedProcess ? AsNobody : ":", "keys", "list", "--data", Data);
        Chmod("u+w", _folder.Root);

        Assert.Equal("", list.Error);
        Assert.Equal(0, list.ExitCode);
        Assert.StartsWith($"alice  1,000,000 credits  {(whileServing ? 7 : 600)} a minute", list.Out);
    }

    [Fact]
    public async Task A_folder_that_may_not_be_read_is_told_from_one_without_keys()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the permissions of Unix.");
        await Keys("add", "alice");
        var asNobody = Environment.IsPrivilegedProcess;
        Chmod(asNobody ? "u=rx" : "u=", Data);

        var list = await Program.RunAsync(
            asNobody ? AsNobody : ":", "keys", "list", "--data", Data);
        Chmod("u=rwx", Data);

        Assert.Equal(
            (1, $"enlarger: The data folder {Data} may not be read by this user. "
                + "Name another with --data or ENLARGER_DATA.\n"),
            (list.ExitCode, list.Error));
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_sentence()
    {
        await Keys("add", "alice");

        await AssertRefusedAsync("\"alice\"", "add", "alice");
        await AssertRefusedAsync("\"bob\"", "grant", "bob", "1");
        await AssertRefusedAsync("\"bob\"", "revoke", "bob");
        await AssertRefusedAsync("1 to 64", "add", " ");
    }

    [Theory, InlineData("list"), InlineData("revoke", "a"), InlineData("grant", "a", "1")]
    public async Task A_folder_that_has_no_keys_is_not_made(params string[] arguments)
    {
        await AssertRefusedAsync(Data, arguments);

        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_one_sentence()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(
            Path.Combine(Data, "enlarger.db"), new string('?', 5000), TestContext.Current.CancellationToken);

        await AssertRefusedAsync("damaged", "list");
    }

    [Theory]
    [InlineData("add")]
    [InlineData("add", "a", "--rate", "0")]
    [InlineData("add", "a", "--credits", "-1")]
    [InlineData("add", "a", "--concurrent", "x")]
    [InlineData("grant", "a", "0")]
    [InlineData("grant", "a", "1.5")]
    [InlineData("grant", "a")]
    [InlineData("list", "--data", "")]
    [InlineData("frob")]
    public async Task Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        var run = await CommandRun.Of(["keys", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("See enlarger keys", Assert.Single(run.ErrorLines));
    }

    private static void Chmod(string mode, string folder)
    {
        using var chmod = Process.Start("chmod", ["-R", mode, folder]);
        chmod.WaitForExit();
    }

    private Task<CommandRun> Keys(params string[] arguments) => CommandRun.Of(["keys", .. arguments, "--data", Data]);

    private async Task AssertRefusedAsync(string words, params string[] arguments)
    {
        var run = await Keys(arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words, Assert.Single(run.ErrorLines));
        Assert.Empty(run.Out);
    }

    private static async Task<(HttpStatusCode Status, string Body)> CreditsAsync(HttpClient client, string key)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/credits");
        request.Headers.Add("X-API-KEY", key);
        using var response = await client.SendAsync(request, cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancel));
    }
}
