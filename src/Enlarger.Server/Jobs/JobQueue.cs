using System.Collections.Concurrent;
using System.Diagnostics;
using Enlarger.Imaging;
using Enlarger.Server.Decoding;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Jobs;

/// <summary>Admits, charges, runs and stores. The vendors know this class and nothing behind it.</summary>
/// <remarks>
/// The table is the truth. A job is entered there, and paid for in advance, before it waits; it is settled or refunded
/// in one transaction, and what this process leaves open the next one refunds before it listens.
/// </remarks>
internal sealed partial class JobQueue : IDisposable
{
    private readonly JobTable _table;
    private readonly ImageEnlarger _engine;
    private readonly PictureDecoder _decoder;
    private readonly ResultStore _results;
    private readonly JobSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<JobQueue> _log;
    private readonly FairScheduler _scheduler;
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _open = new();
    private readonly CancellationTokenSource _stop = new();

    public JobQueue(
        JobTable table,
        ImageEnlarger engine,
        PictureDecoder decoder,
        ResultStore results,
        IOptions<JobSettings> options,
        TimeProvider time,
        ILogger<JobQueue> log)
    {
        (_table, _engine, _decoder) = (table, engine, decoder);
        (_results, _settings, _time, _log) = (results, options.Value, time, log);
        var slots = _settings.Threads == 0 ? Environment.ProcessorCount : _settings.Threads;
        _scheduler = new FairScheduler(
            slots, _settings.BacklogMegapixelsMax * 1_000_000L, TimeSpan.FromSeconds(_settings.SecondsMax), time);
        KeepThreadsFree(slots);
    }

    /// <summary>How much there is to do, and for how long.</summary>
    public JobLoad Load => _scheduler.Load;

    /// <summary>Runs a job to its end, in fair turn with all others.</summary>
    /// <exception cref="FaultException">It was refused or failed, and cost nothing.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, and pays nothing.</exception>
    public async Task<FinishedJob> RunAsync(EnlargeJob job, CancellationToken cancel)
    {
        var id = TimedId.Make(_time.GetUtcNow());
        using var slot = _scheduler.Enter(job.Account.Id, ResultPixels(job));
        using var timeOut = new CancellationTokenSource(TimeSpan.FromSeconds(_settings.SecondsMax), _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeOut.Token, _stop.Token);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = closed;
        try
        {
            var credits = job.KeepsPicture ? 0 : _settings.PriceOf(job.Vendor, job.Operation);
            _table.Enter(id, job, credits, slot.Pixels);
            return await RunPaidAsync(id, job, credits, slot, end.Token, cancel);
        }
        finally
        {
            _open.TryRemove(id, out _);
            closed.SetResult();
        }
    }

    /// <summary>Refunds the jobs that are open in the table and that nobody runs.</summary>
    public void RefundAbandoned()
    {
        var count = _table.FailAbandoned(_open.ContainsKey, JobEnd.Abandoned);
        if (count > 0)
        {
            LogAbandoned(count);
        }
    }

    /// <summary>Refuses what comes from now on; what runs has some time to finish, and is then refunded.</summary>
    public void Stop()
    {
        _scheduler.Close();
        _stop.CancelAfter(TimeSpan.FromSeconds(_settings.StopSecondsMax));
    }

    /// <summary>Waits until every job has been closed.</summary>
    public Task WhenEmptyAsync(CancellationToken cancel) =>
        Task.WhenAll(_open.Values.Select(closed => closed.Task)).WaitAsync(cancel);

    public void Dispose() => _stop.Dispose();

    private async Task<FinishedJob> RunPaidAsync(
        Guid id, EnlargeJob job, long credits, JobSlot slot, CancellationToken end, CancellationToken cancel)
    {
        ResultFile? file = null;
        StoredResult? stored = null;
        try
        {
            await slot.WaitAsync(end);
            file = _results.Create(job.Lifetime);
            var enlarged = await EnlargeAsync(job, file, slot, end);
            // From here on nothing is waited for: it is paid for and there, or neither.
            end.ThrowIfCancellationRequested();
            stored = file.Keep(enlarged.Format);
            var balance = _table.Settle(id, job, stored);
            return new FinishedJob(id, stored, enlarged, credits, balance, JobTimes.Of(slot, enlarged.Times));
        }
        catch (Exception error)
        {
            var reason = Explain(error, id, cancel);
            var failed = TryRefund(id, job, credits, (reason as FaultException)?.Fault.ToString() ?? JobEnd.HungUp);
            // A result under its name may be settled as long as the table does not say that it is not.
            if (failed || stored is null)
            {
                Discard(file, id);
            }

            if (reason == error)
            {
                throw;
            }

            throw reason;
        }
    }

    private async Task<EnlargeResult> EnlargeAsync(EnlargeJob job, ResultFile file, JobSlot slot, CancellationToken end)
    {
        var clock = Stopwatch.GetTimestamp();
        var picture = await _decoder.ReadAsync(
            job.Source.File, TimeSpan.FromSeconds(_settings.DecodeSecondsMax), slot.Spend, end);
        var (decode, paused) = (Stopwatch.GetElapsedTime(clock), slot.Paused);

        await using var target = file.OpenWrite();
        var options = job.EngineOptions with { Threads = slot.Threads };
        var enlarged = await _engine.EnlargeAsync(picture, target, options, slot, end);
        var times = enlarged.Times;
        // JobTimes takes all that the job stood still off the time of encoding.
        return enlarged with
        {
            Times = times with { Decode = times.Decode + decode - paused, Encode = times.Encode + paused },
        };
    }

    // What the caller is told. Everything that is nobody's fault but ours is one Fault, and a line in the log.
    private Exception Explain(Exception error, Guid id, CancellationToken cancel)
    {
        switch (error)
        {
            case FaultException:
                return error;
            case OperationCanceledException when cancel.IsCancellationRequested:
                return error;
            case OperationCanceledException when _stop.IsCancellationRequested:
                return new FaultException(Fault.Overloaded, "The server was stopped. Nothing was charged.", error);
            case OperationCanceledException:
                return new FaultException(
                    Fault.TimedOut,
                    $"The image was not ready after {_settings.SecondsMax} seconds. Nothing was charged.",
                    error);
            case ImageException refusal:
                if (refusal.Fault == ImageFault.ResultWrong)
                {
                    LogFailed(id, error);
                }

                return ImageFaults.Of(refusal);
            default:
                LogFailed(id, error);
                return new FaultException(Fault.Internal, "The server failed. Nothing was charged.", error);
        }
    }

    private bool TryRefund(Guid id, EnlargeJob job, long credits, string reason)
    {
        try
        {
            return _table.Fail(id, job.Account.Id, credits, reason);
        }
#pragma warning disable CA1031 // Whatever it is, the job stays open in the table, and RefundAbandoned comes by.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogLeftOpen(id, error);
            return false;
        }
    }

    private void Discard(ResultFile? file, Guid id)
    {
        try
        {
            file?.Discard();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The caller is told what ended the job, and not this. The next start removes what nobody knows.
            LogNotDiscarded(id, error.GetType().Name);
        }
    }

    // Jobs that compute, and those that stand still, hold a thread each, and helpers. The pool would take half a second
    // for every thread beyond the cores, and requests would wait for it.
    private static void KeepThreadsFree(int slots)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(
            Math.Max(workers, Environment.ProcessorCount + (2 * slots) + FairScheduler.PausedMax), completions);
    }

    private static long ResultPixels(EnlargeJob job)
    {
        var pixels = job.Options.Size is { } size
            ? (double)size.Width * size.Height
            : job.Source.Width * job.Options.Scale * job.Source.Height * job.Options.Scale;
        return (long)Math.Round(pixels);
    }

    [LoggerMessage(LogLevel.Error, "Job {Job} failed; it was not charged")]
    private partial void LogFailed(Guid job, Exception error);

    [LoggerMessage(LogLevel.Error, "Job {Job} could not be closed; it will be refunded later")]
    private partial void LogLeftOpen(Guid job, Exception error);

    // The exception's own words hold the name of the result, which is its only protection.
    [LoggerMessage(LogLevel.Error, "What job {Job} wrote could not be deleted ({Reason})")]
    private partial void LogNotDiscarded(Guid job, string reason);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs had been left open and were refunded")]
    private partial void LogAbandoned(int count);
}
