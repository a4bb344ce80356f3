using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Jobs;

/// <summary>A server that is killed at any moment loses nothing, charges nothing twice, leaves no rubbish.</summary>
public sealed class CrashTests : IDisposable
{
    private const int RoundsInEveryRun = 5;
    private const int Clients = 6;
    private const int CreditsEach = 100_000;

    // A kill comes after so many answers at most, while others are at all stages of their work.
    private const int AnswersMax = 20;

    private static readonly int Rounds =
        int.TryParse(
            Environment.GetEnvironmentVariable("ENLARGER_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds)
            ? rounds
            : RoundsInEveryRun;

    private static readonly byte[][] PictureFiles =
    [
        .. from name in (string[])["64x64.png", "100x80-alpha.png", "200x300.jpg", "300x300.png"]
           select TestPictures.Make(name),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentBag<Answer> _answers = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_random_moments_under_load_the_books_stay_right()
    {
        var folder = new DataFolder(_folder.Root);
        using var database = new Database(folder);
        var ring = new KeyRing(database, TimeProvider.System);
        var keys = Enumerable.Range(0, 3)
            .Select(key => ring.Add($"key {key}", CreditsEach, ratePerMinute: 1_000_000, concurrentMax: 100))
            .ToList();

        for (var round = 0; round < Rounds; round++)
        {
            using (var server = await ServerProcess.StartAsync(folder.Root, "/v1/credits", Cancel))
            {
                await VerifyAsync(database, folder, server, round);
                await KillUnderLoadAsync(server, keys, round);
            }
        }

        using var last = await ServerProcess.StartAsync(folder.Root, "/v1/credits", Cancel);
        await VerifyAsync(database, folder, last, Rounds);
        var balances = keys.Sum(key => ring.Find(key)!.Balance);
        var (done, refunded) = database.Read(connection => connection.QuerySingle<(long, long)>(
            "select count(case state when 'done' then 1 end), count(case state when 'failed' then 1 end) from jobs"));
        Assert.Equal((keys.Count * CreditsEach) - done, balances);
        Assert.InRange(_answers.Count, 1, done);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Rounds} rounds: {_answers.Count} answers, {done} jobs done, {refunded} refunded.");
    }

    public void Dispose() => _folder.Dispose();

    // What the killed process left, as the next one has put it in order before it answers anybody.
    private async Task VerifyAsync(Database database, DataFolder folder, ServerProcess server, int round)
    {
        Assert.Empty(Books.Contradictions(database, folder));
        var settled = database
            .Read(connection => connection.Query<string>(
                """
                select results.name from results
                join jobs on jobs.id = results.job_id
                join ledger on ledger.job_id = jobs.id and ledger.entry = 'settle'
                """))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(_answers, answer => Assert.Contains(answer.Name, settled));

        using var client = Connect(server);
        foreach (var answer in _answers.Where(answer => answer.Round == round - 1))
        {
            using var fetched = await client.GetAsync(new Uri(answer.Path, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
            Assert.NotEmpty(await fetched.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    private async Task KillUnderLoadAsync(ServerProcess server, List<string> keys, int round)
    {
        var random = new Random(round);
        var left = random.Next(AnswersMax);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (left == 0)
        {
            reached.SetResult();
        }

        var clients = Enumerable.Range(0, Clients)
            .Select(number => UpscaleUntilDeadAsync(
                server, keys[number % keys.Count], new Random((round * Clients) + number), round, Answered))
            .ToList();
        await reached.Task.WaitAsync(Cancel);
        await server.KillAsync(Cancel);
        await Task.WhenAll(clients);

        void Answered()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                reached.SetResult();
            }
        }
    }

    private async Task UpscaleUntilDeadAsync(
        ServerProcess server, string key, Random random, int round, Action answered)
    {
        using var client = Connect(server);
        try
        {
            while (true)
            {
                var picture = PictureFiles[random.Next(PictureFiles.Length)];
                using var answer = await PixelcutClient.UpscaleAsync(
                    client, key, picture, random.Next(2) == 0 ? 2 : 4, Cancel);
                var body = await answer.Content.ReadAsStringAsync(Cancel);
                Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
                using var json = JsonDocument.Parse(body);
                _answers.Add(new Answer(round, new Uri(json.RootElement.GetProperty("result_url").GetString()!)));
                answered();
            }
        }
        catch (HttpRequestException)
        {
            // The server is dead.
        }
    }

    private static HttpClient Connect(ServerProcess server) =>
        new(new SocketsHttpHandler()) { BaseAddress = server.Address };

    /// <summary>A 200 that a client has read to its end.</summary>
    private sealed record Answer(int Round, Uri Address)
    {
        public string Path => Address.AbsolutePath;

        public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
    }
}
