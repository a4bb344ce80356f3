using System.Net.Http.Headers;
using Enlarger.Imaging;
using Enlarger.Server;
using Enlarger.Server.Accounts;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Jobs;

/// <summary>Pictures that take long to be read do not hold up the server.</summary>
public sealed class SlowPictureTests
{
    // More than two threads read while the server still serves after the signal.
    private const int BombsAtOnce = 12;

    // Writing 144 million pixels takes seconds on any machine.
    private const int ResultSide = 12_000;

    // The backlog holds four such results.
    private const int FourFitSide = 7000;

    public static TheoryData<ImageFormat> Formats => [.. ImageFormats.All];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_slow_picture_ends_when_its_time_is_over_and_costs_nothing(ImageFormat format)
    {
        await using var server = await RunningServer.StartAsync(("Jobs:SecondsMax", "1"));
        var account = server.Account("slow");
        var job = Slow(account, format);

        var running = server.Get<JobQueue>().RunAsync(job, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<FaultException>(() => running);

        Assert.Equal(Fault.TimedOut, refusal.Fault);
        Assert.Equal(100, server.Balance(account));
        Assert.Equal((0, 0), (server.Get<JobQueue>().Load.Running, server.Get<JobQueue>().Load.Waiting));
        Assert.Empty(server.Contradictions());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Who_hangs_up_while_a_slow_picture_is_read_frees_its_place(ImageFormat format)
    {
        await using var server = await RunningServer.StartAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var account = server.Account("gone");
        var running = server.Get<JobQueue>().RunAsync(Slow(account, format), cancel.Token);
        await ServerJobs.UntilAsync(() => server.Get<JobQueue>().Load.Running == 1);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(100, server.Balance(account));
        Assert.Equal(0, server.Get<JobQueue>().Load.Running);
        Assert.Empty(server.Contradictions());
    }

    // One place: what has it stands still for the other key, whose picture is done first.
    [Fact]
    public async Task Slow_pictures_of_one_key_make_room_for_a_small_one_of_another()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Threads", "1"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (slow, quick) = (server.Account("slow"), server.Account("quick"));
        var jobs = server.Get<JobQueue>();
        var bombs = Enumerable.Range(0, 4)
            .Select(_ => jobs.RunAsync(Slow(slow, ImageFormat.Jpeg, FourFitSide), cancel.Token))
            .ToList();
        await ServerJobs.UntilAsync(() => jobs.Load is { Running: 1, Waiting: 3 });

        using (await jobs.RunAsync(ServerJobs.Job(quick, "30x20.png"), cancel.Token))
        {
            Assert.DoesNotContain(bombs, bomb => bomb.IsCompleted);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(bombs));
        Assert.Equal(100, server.Balance(slow));
    }

    [Fact]
    public async Task The_server_ends_when_it_is_told_to_while_slow_pictures_are_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signal.");
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Root, "settings.json"),
            """{ "Jobs": { "Model": "bicubic", "StopSecondsMax": 0, "Threads": 2 } }""",
            cancel);
        await using (var server = ServeProcess.Start(folder.Root, "--urls", "http://127.0.0.1:0"))
        {
            var key = await server.KeyAsync(cancel);
            using var client = new HttpClient(new SocketsHttpHandler())
            {
                BaseAddress = await server.AddressAsync(cancel),
            };
            var bombs = Enumerable.Range(0, BombsAtOnce).Select(_ => UploadAsync(client, key, cancel)).ToList();
            await UntilBusyAsync(client, cancel);
            server.Signal("TERM");

            Assert.Equal(0, (await server.EndAsync(cancel)).ExitCode);
            // The first ones may be done before the server stops to serve.
            Assert.Contains(await Task.WhenAll(bombs), status => status != 200);
        }

        using var database = new Database(new DataFolder(folder.Root));
        // Nothing is open, and what failed was refunded.
        Assert.Empty(Books.Contradictions(database, new DataFolder(folder.Root)));
    }

    private static EnlargeJob Slow(Account account, ImageFormat format, int resultSide = ResultSide)
    {
        var file = SlowPictures.Make(format);
        var header = ImageReader.ReadHeader(file, Pictures.Limits);
        return ServerJobs.Job(account, "30x20.png", scale: (double)resultSide / header.Layout.Width) with
        {
            Source = new(file, header),
        };
    }

    private static async Task<int> UploadAsync(HttpClient client, string key, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(SlowPictures.Make(ImageFormat.Jpeg)), "image", "slow.jpg");
        form.Add(new StringContent("2"), "scale");
        form.Headers.ContentType!.CharSet = null;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/upscale") { Content = form };
        request.Headers.Add("X-API-KEY", key);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var answer = await client.SendAsync(request, cancel);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static async Task UntilBusyAsync(HttpClient client, CancellationToken cancel)
    {
        var metrics = "";
        while (!metrics.Contains($"enlarger_queue_jobs {BombsAtOnce}", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancel);
            metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancel);
        }
    }
}
