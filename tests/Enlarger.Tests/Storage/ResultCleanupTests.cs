using System.Diagnostics;
using System.Net;
using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Storage;

/// <summary>Which files there are in the data folder, and when.</summary>
public sealed class ResultCleanupTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _client = null!;
    private string _key = "";

    private string Folder => Path.Combine(_server.DataFolder, "results");

    private ResultCleanup Sweep => _server.Get<ResultCleanup>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _client = _server.Connect();
        _key = _server.MakeKey("alice");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_expired_goes_from_the_disk_and_what_did_not_stays()
    {
        await StoredPicture.EnlargeAsync(_client, _key);
        _server.Time.Advance(StoredPicture.Lifetime / 2);
        var younger = await StoredPicture.EnlargeAsync(_client, _key);
        _server.Time.Advance(StoredPicture.Lifetime / 2);

        Sweep.RunOnce();

        Assert.Equal([Path.GetFileNameWithoutExtension(younger.AbsolutePath)], Files());
        Assert.Equal(1, Rows());
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(younger, Cancel)).StatusCode);
        Assert.Empty(_server.Get<Database>().Read(Ledger.Audit));
    }

    [Fact]
    public async Task A_result_that_is_being_read_is_read_to_its_end()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var whole = await _client.GetByteArrayAsync(address, Cancel);
        using var reading = _server.Get<ResultStore>().Open(Path.GetFileName(address.AbsolutePath))!.File;
        _server.Time.Advance(StoredPicture.Lifetime);

        Sweep.RunOnce();

        using var read = new MemoryStream();
        await reading.CopyToAsync(read, Cancel);
        Assert.Equal(whole, read.ToArray());
        Assert.Equal(0, Rows());
    }

    [Fact]
    public async Task What_is_being_written_is_left_alone()
    {
        var file = _server.Get<ResultStore>().Create(StoredPicture.Lifetime);
        await using (var target = file.OpenWrite())
        {
            _server.Time.Advance(TimeSpan.FromDays(2));
            Sweep.RunOnce();
            target.WriteByte(1);
        }

        using var stored = file.Keep(ImageFormat.Png);
        Sweep.RunOnce();

        Assert.Equal([1], File.ReadAllBytes(stored.Path));
    }

    [Fact]
    public async Task Only_files_with_a_row_survive_cleaning()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var kept = Files().Single();
        File.WriteAllText(Path.Combine(Folder, "0123.part"), "half");
        File.WriteAllText(Path.Combine(Folder, "0123456789abcdef0123456789abcdef"), "unsettled");

        Sweep.Clean();

        Assert.Equal([kept], Files());
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(address, Cancel)).StatusCode);
    }

    [Fact]
    public async Task An_answers_file_goes_with_the_answer()
    {
        using (var response = await StoredPicture.PostAsync(_client, _key, "100x80.jpg", accept: "image/*"))
        {
            Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.ToString());
        }

        // The client has its answer a moment before the server is done with it.
        await _server.StopAsync();
        Assert.Empty(Files());
    }

    [Fact]
    public void An_answer_that_nobody_took_leaves_no_file()
    {
        var file = _server.Get<ResultStore>().Create(TimeSpan.Zero);
        file.OpenWrite().Dispose();
        var stored = file.Keep(ImageFormat.Png);
        Assert.Single(Files());

        stored.Dispose();
        stored.Dispose();

        Assert.Empty(Files());
    }

    [Fact]
    public void The_time_of_a_result_begins_when_it_can_be_fetched()
    {
        var file = _server.Get<ResultStore>().Create(StoredPicture.Lifetime);
        file.OpenWrite().Dispose();
        _server.Time.Advance(TimeSpan.FromMinutes(4));

        using var stored = file.Keep(ImageFormat.Png);

        Assert.Equal(_server.Time.GetUtcNow() + StoredPicture.Lifetime, stored.Expires);
    }

    [Fact]
    public void A_file_that_was_not_finished_is_under_no_name()
    {
        var file = _server.Get<ResultStore>().Create(StoredPicture.Lifetime);
        using (var target = file.OpenWrite())
        {
            target.WriteByte(1);
            Assert.All(Files(), name => Assert.EndsWith(ResultFile.PartExtension, name));
        }

        file.Discard();
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_result_is_its_owners_to_enlarge_again()
    {
        var address = await StoredPicture.EnlargeAsync(_client, _key);
        var links = _server.Get<ResultStore>();
        var (alice, bob) = (Account(_key), Account(_server.MakeKey("bob")));
        var job = Guid.Parse(_server.Get<Database>().Read(connection =>
            Dapper.SqlMapper.ExecuteScalar<string>(connection, "select job_id from results"))!);

        var own = await links.ReadAsync(links.FindOwn(alice, job)!, Cancel);

        Assert.Equal(await _client.GetByteArrayAsync(address, Cancel), own!.Value.ToArray());
        Assert.True(links.FindOwn(alice, job)!.Pixels > 0);
        Assert.Null(links.FindOwn(bob, job));
        Assert.Null(links.FindOwn(alice, Guid.Empty));
        _server.Time.Advance(StoredPicture.Lifetime);
        Assert.Null(links.FindOwn(alice, job));
    }

    [Fact]
    public async Task A_full_disk_costs_nothing_and_leaves_nothing()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && await ShellAsync("mount", "-t", "tmpfs", "-o", "size=4k", "none", Folder),
            "Needs the right to mount.");
        try
        {
            using var response = await StoredPicture.PostAsync(
                _client, _key, "300x300.jpg", accept: "application/json");

            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            Assert.Empty(Files());
            Assert.Equal(100, Account(_key).Balance);
            Assert.Empty(_server.Get<Database>().Read(Ledger.Audit));
        }
        finally
        {
            await ShellAsync("umount", Folder);
        }
    }

    private Account Account(string key) => _server.Get<KeyRing>().Find(key)!;

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private long Rows() => _server.Get<Database>().Read(ResultTable.Names).Count;

    private static async Task<bool> ShellAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode == 0;
    }
}
