namespace Enlarger.Server.Jobs;

/// <summary>
/// One job among those that <see cref="FairScheduler"/> orders. It receives the engine's progress and, while others
/// compute, holds the thread that reports it. Dispose it when the job has ended.
/// </summary>
internal sealed class JobSlot(FairScheduler scheduler, KeyShare share, long pixels, long arrival)
    : IProgress<double>, IDisposable
{
    private readonly SemaphoreSlim _granted = new(0);
    private CancellationToken _cancel;
    private long _since;

    /// <summary>Pixels of the result.</summary>
    public long Pixels { get; } = pixels;

    /// <summary>Threads that the job may use.</summary>
    public int Threads { get; private set; }

    /// <summary>From lining up to the beginning.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>How long it then stood still for others.</summary>
    public TimeSpan Paused { get; private set; }

    internal KeyShare Share { get; } = share;

    internal long Arrival { get; } = arrival;

    internal JobSlotState State { get; private set; }

    /// <summary>Pixels that are finished.</summary>
    internal double Served { get; set; }

    /// <summary>
    /// <see cref="ThroughputEstimator.SecondsShared"/> at the last report, or when the job went on; null before the
    /// first report.
    /// </summary>
    internal double? SecondsShared { get; set; }

    /// <summary>Waits for the first turn.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        _cancel = cancel;
        scheduler.Queue(this);
        await _granted.WaitAsync(cancel);
    }

    /// <summary>Counts what is done, and where the turn has passed to another, waits for the next.</summary>
    /// <remarks>
    /// The engine computes only some rows more than are asked for, so holding the caller here soon stops it.
    /// </remarks>
    public void Report(double value)
    {
        if (scheduler.Advance(this, value))
        {
            _granted.Wait(_cancel);
        }
    }

    /// <summary>
    /// Counts what was computed before there are rows. The task ends at once, or with the next turn where this one has
    /// passed to another.
    /// </summary>
    public Task Spend(TimeSpan time) => scheduler.Spend(this, time) ? _granted.WaitAsync(_cancel) : Task.CompletedTask;

    public void Dispose()
    {
        scheduler.Leave(this);
        _granted.Dispose();
    }

    internal void SetState(JobSlotState state, long now)
    {
        State = state;
        _since = now;
    }

    internal void Grant(int threads, TimeProvider time)
    {
        var stood = time.GetElapsedTime(_since);
        if (State == JobSlotState.Waiting)
        {
            Waited = stood;
            Threads = threads;
        }
        else
        {
            Paused += stood;
        }

        State = JobSlotState.Running;
        _granted.Release();
    }
}
