using System.Net;
using System.Security.Cryptography;
using Enlarger.Imaging;
using Enlarger.Server;
using Enlarger.Server.Accounts;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Jobs;

/// <summary>Jobs from their reservation to their end, good or bad, with engine, database and files.</summary>
public sealed class JobQueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The network would make it black, and the engine would refuse that.
    [Fact]
    public async Task A_picture_that_has_the_size_of_its_result_is_answered_as_it_is_and_costs_nothing()
    {
        using var folder = new TemporaryFolder();
        var network = Path.Combine(folder.Root, "black_x2.onnx");
        await File.WriteAllBytesAsync(network, TestNetworks.Black(), TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(("Jobs:Model", network));
        var account = server.Account("same");
        var job = ServerJobs.Job(account, "60x40.png", model: network);
        job = job with { Options = job.Options with { Size = (60, 40) } };

        using var done = await server.Get<JobQueue>().RunAsync(job, TestContext.Current.CancellationToken);

        var result = File.ReadAllBytes(done.Result.Path);
        Assert.True(Pictures.Read(job.Source.File.ToArray()).Image.Samples.Span.SequenceEqual(
            Pictures.Read(result).Image.Samples.Span));
        Assert.Equal(100, server.Balance(account));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task A_job_that_is_done_costs_its_price_and_says_where_its_time_went()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Prices:Pixelcut:Upscale", "3"));
        var account = server.Account("a");

        using var done = await server.Get<JobQueue>().RunAsync(ServerJobs.Job(account, "64x48.png"), Cancel);

        Assert.Equal((97, 97), (done.Balance, server.Balance(account)));
        Assert.Equal((256, 192), (done.Enlarged.Result.Width, done.Enlarged.Result.Height));
        Assert.True(done.Times.Engine.Decode > TimeSpan.Zero);
        Assert.True(done.Times.Engine.Infer > TimeSpan.Zero);
        Assert.Empty(server.Contradictions());
    }

    [Theory]
    [InlineData("bicubic", ImageFormat.Png)]
    [InlineData("faithful.onnx", ImageFormat.Bmp)]
    public async Task With_one_thread_the_small_jobs_of_others_pass_a_huge_one_whose_bytes_stay_the_same(
        string model, ImageFormat format)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["faithful.onnx"], TestNetworks.Faithful(), Cancel);
        model = model == "bicubic" ? model : folder[model];
        await using var server = await RunningServer.StartAsync(
            ("Jobs:Threads", "1"), ("Jobs:Model", model));
        var jobs = server.Get<JobQueue>();
        var huge = ServerJobs.Job(server.Account("a"), ServerJobs.Huge, model: model);
        huge = huge with { Options = huge.Options with { Format = format } };
        var other = server.Account("b");

        using var alone = await jobs.RunAsync(huge, Cancel);
        var passed = jobs.RunAsync(huge, Cancel);
        var small = Enumerable.Range(0, 20)
            .Select(_ => jobs.RunAsync(ServerJobs.Job(other, "64x48.png", model: model), Cancel))
            .ToList();
        await Task.WhenAll(small);

        Assert.False(passed.IsCompleted);
        using var done = await passed;
        Assert.Equal(await HashAsync(alone), await HashAsync(done));
        Assert.True(done.Times.Engine.Encode >= TimeSpan.Zero);
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task Who_cannot_pay_leaves_no_trace()
    {
        await using var server = await RunningServer.StartAsync();
        var account = server.Account("poor", credits: 0);

        await RefusedAsync(Fault.CreditsInsufficient, server, ServerJobs.Job(account, "64x48.png"));

        Assert.Equal(new JobLoad(0, 0, 0, TimeSpan.Zero), server.Get<JobQueue>().Load);
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task Too_much_work_is_refused_before_anything_is_reserved_and_shuts_nobody_else_out()
    {
        await using var server = await RunningServer.StartAsync(
            ("Jobs:Threads", "1"), ("Jobs:BacklogMegapixelsMax", "1"));
        var jobs = server.Get<JobQueue>();
        var (busy, late) = (server.Account("a"), server.Account("b"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = jobs.RunAsync(ServerJobs.Job(busy, ServerJobs.Huge, scale: 16), enough.Token);
        var waiting = jobs.RunAsync(ServerJobs.Job(busy, ServerJobs.Huge, scale: 16), enough.Token);

        var refusal = await RefusedAsync(Fault.Overloaded, server, ServerJobs.Job(busy, "64x48.png"));
        using var done = await jobs.RunAsync(ServerJobs.Job(late, "64x48.png"), Cancel);

        Assert.True(refusal.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(99, server.Balance(late));
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(100, server.Balance(busy));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task What_takes_too_long_ends_and_costs_nothing_also_while_it_waits()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Threads", "1"), ("Jobs:SecondsMax", "1"));
        var account = server.Account("a");

        // 92 megapixels of PNG.
        var running = RefusedAsync(Fault.TimedOut, server, ServerJobs.Job(account, ServerJobs.Huge, scale: 16));
        var waiting = RefusedAsync(Fault.TimedOut, server, ServerJobs.Job(account, ServerJobs.Huge, scale: 16));
        await Task.WhenAll(running, waiting);

        Assert.Equal(100, server.Balance(account));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task A_client_that_hangs_up_stops_the_engine_and_pays_nothing()
    {
        await using var server = await RunningServer.StartAsync();
        var key = server.MakeKey("a");
        using var client = server.Connect();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var answer = PixelcutClient.UpscaleAsync(client, key, TestPictures.Make("800x800.png"), 4, hangUp.Token);
        await ServerJobs.UntilAsync(() => server.Get<JobQueue>().Load.Running == 1);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await ServerJobs.UntilAsync(() => server.Contradictions().Count == 0);
        Assert.Equal(100, server.Balance(server.Get<KeyRing>().Find(key)!));
    }

    [Fact]
    public async Task A_server_that_stops_finishes_what_it_can_and_refunds_the_rest()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Threads", "1"), ("Jobs:StopSecondsMax", "1"));
        var jobs = server.Get<JobQueue>();
        var account = server.Account("a");
        var quick = jobs.RunAsync(ServerJobs.Job(account, "64x48.png"), Cancel);
        var tooLong = RefusedAsync(Fault.Overloaded, server, ServerJobs.Job(account, ServerJobs.Huge, scale: 16));

        await server.StopAsync();

        // Whoever waits for an answer has got it by now, and so has the table.
        Assert.Empty(server.Contradictions());
        using var done = await quick;
        await tooLong;
        await RefusedAsync(Fault.Overloaded, server, ServerJobs.Job(account, "64x48.png"));
        Assert.Equal(99, server.Balance(account));
    }

    [Theory]
    [InlineData("20", HttpStatusCode.OK, 99)]
    [InlineData("0", HttpStatusCode.TooManyRequests, 100)]
    public async Task Whoever_is_inside_when_a_server_stops_gets_an_answer(
        string seconds, HttpStatusCode status, long balance)
    {
        await using var server = await RunningServer.StartAsync(("Jobs:StopSecondsMax", seconds));
        var key = server.MakeKey("a");
        using var client = server.Connect();
        var answer = PixelcutClient.UpscaleAsync(client, key, TestPictures.Make(ServerJobs.Huge), 4, Cancel);
        await ServerJobs.UntilAsync(() => server.Get<JobQueue>().Load.Running == 1);

        await server.StopAsync();

        using var response = await answer;
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(balance, server.Get<KeyRing>().Find(key)!.Balance);
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task What_a_dead_process_left_open_is_refunded_and_what_runs_is_not()
    {
        await using var server = await RunningServer.StartAsync();
        var jobs = server.Get<JobQueue>();
        var account = server.Account("a");
        var running = jobs.RunAsync(ServerJobs.Job(account, ServerJobs.Huge), Cancel);
        server.Get<JobTable>().Enter(
            Guid.CreateVersion7(server.Time.GetUtcNow()), ServerJobs.Job(account, "64x48.png"), credits: 7, 49_152);
        Assert.Equal(92, server.Balance(account));

        jobs.RefundAbandoned();

        Assert.Equal(99, server.Balance(account));
        using var done = await running;
        Assert.Equal(99, done.Balance);
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task A_result_that_is_not_the_picture_is_not_charged()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["black.onnx"], TestNetworks.Black(), Cancel);
        await using var server = await RunningServer.StartAsync(("Jobs:Model", folder["black.onnx"]));
        var account = server.Account("a");

        await RefusedAsync(Fault.ResultWrong, server, ServerJobs.Job(account, "64x48.png", 2, folder["black.onnx"]));

        Assert.Equal(100, server.Balance(account));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task Our_own_failures_are_not_charged_and_keep_their_reasons_to_themselves()
    {
        await using var server = await RunningServer.StartAsync();
        var account = server.Account("a");
        var folder = server.Get<DataFolder>();

        // There is no place for the result.
        Directory.Delete(folder.Results);
        var refusal = await RefusedAsync(Fault.Internal, server, ServerJobs.Job(account, "64x48.png"));
        Directory.CreateDirectory(folder.Results);

        Assert.DoesNotContain(folder.Root, refusal.Message);
        Assert.Equal(100, server.Balance(account));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task A_damaged_picture_is_not_charged()
    {
        await using var server = await RunningServer.StartAsync();
        var account = server.Account("a");

        await RefusedAsync(Fault.ImageUnreadable, server, ServerJobs.Job(account, "300x200-damaged.png"));

        Assert.Equal(100, server.Balance(account));
        Assert.Empty(server.Contradictions());
    }

    [Fact]
    public async Task Whenever_a_caller_gives_up_a_job_is_either_paid_for_and_there_or_neither()
    {
        const int Count = 150;
        await using var server = await RunningServer.StartAsync(("Jobs:Threads", "3"));
        var account = server.Account("a", credits: Count);
        var random = new Random(7);

        var ends = await Task.WhenAll(Enumerable.Range(0, Count).Select(async _ =>
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var job = server.Get<JobQueue>().RunAsync(ServerJobs.Job(account, "64x48.png", scale: 2), giveUp.Token);
            giveUp.CancelAfter(TimeSpan.FromMilliseconds(random.Next(400)));
            try
            {
                return await job;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }));

        var done = ends.OfType<FinishedJob>().ToList();
        Assert.Equal(Count - done.Count, server.Balance(account));
        Assert.All(done, job => Assert.True(File.Exists(job.Result.Path)));
        Assert.Equal(done.Count, Directory.GetFiles(server.Get<DataFolder>().Results).Length);
        Assert.Empty(server.Contradictions());
    }

    private static async Task<FaultException> RefusedAsync(Fault fault, RunningServer server, EnlargeJob job)
    {
        var refusal = await Assert.ThrowsAsync<FaultException>(() => server.Get<JobQueue>().RunAsync(job, Cancel));
        Assert.Equal(fault, refusal.Fault);
        return refusal;
    }

    private static async Task<string> HashAsync(FinishedJob job) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(job.Result.Path, Cancel)));
}
