using System.Diagnostics;
using Enlarger.Imaging;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Jobs;

/// <summary>Admits, charges, runs and stores. The vendors know this class and nothing behind it.</summary>
internal sealed class JobQueue(
    JobTable table, ImageEnlarger engine, ResultLinks results, IOptions<JobSettings> options, TimeProvider time)
    : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Runs a job to its end, in fair turn with all others.</summary>
    /// <exception cref="FaultException">It was refused or failed, and cost nothing.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, and pays nothing.</exception>
    public async Task<FinishedJob> RunAsync(EnlargeJob job, CancellationToken cancel)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var credits = options.Value.PriceOf(job.Vendor, job.Operation);
        var work = job with { Options = job.Options with { Model = options.Value.Model } };
        var arrived = Stopwatch.GetTimestamp();
        table.Enter(id, work, credits, ResultPixels(work));
        try
        {
            await _turn.WaitAsync(cancel);
            try
            {
                var waited = Stopwatch.GetElapsedTime(arrived);
                var done = await RunOneAsync(id, work, cancel);
                RequestRecord.Current?.Job = new JobRecord
                {
                    Operation = job.Operation,
                    Credits = credits,
                    SourceBytes = job.Source.File.Length,
                    ResultBytes = done.Result.Bytes,
                    Waited = waited,
                    Times = done.Enlarged.Times,
                    Enlarged = done.Enlarged,
                };
                return done;
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception error)
        {
            var fault = (error as FaultException)?.Fault ?? Fault.Internal;
            table.Fail(id, job.Account.Id, credits, fault.ToString());
            throw;
        }
    }

    private async Task<FinishedJob> RunOneAsync(Guid id, EnlargeJob job, CancellationToken cancel)
    {
        var file = results.Create(job.Lifetime);
        try
        {
            EnlargeResult enlarged;
            await using (var target = file.OpenWrite())
            {
                using var source = new MemoryStream(job.Source.File.ToArray());
                enlarged = await engine.EnlargeAsync(source, target, job.Options, progress: null, cancel);
            }

            var stored = file.Keep(enlarged.Format);
            var balance = table.Settle(id, job, stored);
            return new FinishedJob(id, stored, enlarged, balance);
        }
        catch (ImageException refusal)
        {
            file.Discard();
            throw ImageFaults.Of(refusal);
        }
        catch
        {
            file.Discard();
            throw;
        }
    }

    private static long ResultPixels(EnlargeJob job)
    {
        var pixels = job.Options.Size is { } size
            ? (double)size.Width * size.Height
            : job.Source.Width * job.Options.Scale * job.Source.Height * job.Options.Scale;
        return (long)Math.Round(pixels);
    }
}
