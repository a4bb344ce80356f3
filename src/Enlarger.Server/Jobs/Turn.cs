namespace Enlarger.Server.Jobs;

/// <summary>
/// One job among those that <see cref="JobTurns"/> orders. As the receiver of the engine's progress it stops the thread
/// that computes while others are served; dispose it when the job has ended.
/// </summary>
internal sealed class Turn(JobTurns turns, KeyShare share, long pixels, long arrival) : IProgress<double>, IDisposable
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

    internal TurnState State { get; private set; }

    /// <summary>Pixels that are finished.</summary>
    internal double Served { get; set; }

    /// <summary>
    /// <see cref="WorkSpeed.SecondsShared"/> at the last report, or when it went on; nothing before the first.
    /// </summary>
    internal double? SecondsShared { get; set; }

    /// <summary>Waits for the first turn.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        _cancel = cancel;
        turns.Queue(this);
        await _granted.WaitAsync(cancel);
    }

    /// <summary>Counts what is done, and where the turn has passed to another, waits for the next.</summary>
    /// <remarks>
    /// The engine computes only some rows more than are asked for, so holding the caller here soon stops it.
    /// </remarks>
    public void Report(double value)
    {
        if (turns.Advance(this, value))
        {
            _granted.Wait(_cancel);
        }
    }

    /// <summary>
    /// Counts what was computed before there are rows. The task ends at once, or with the next turn where this one has
    /// passed to another.
    /// </summary>
    public Task Spend(TimeSpan time) => turns.Spend(this, time) ? _granted.WaitAsync(_cancel) : Task.CompletedTask;

    public void Dispose()
    {
        turns.Leave(this);
        _granted.Dispose();
    }

    internal void Stand(TurnState state, long now)
    {
        State = state;
        _since = now;
    }

    internal void Grant(int threads, TimeProvider time)
    {
        var stood = time.GetElapsedTime(_since);
        if (State == TurnState.Waiting)
        {
            Waited = stood;
            Threads = threads;
        }
        else
        {
            Paused += stood;
        }

        State = TurnState.Running;
        _granted.Release();
    }
}

internal enum TurnState
{
    /// <summary>Taken on, and not in line yet.</summary>
    Admitted,

    /// <summary>In line.</summary>
    Waiting,

    Running,

    /// <summary>Begun, and in line again.</summary>
    Paused,

    Left,
}

/// <summary>What one key has, and has had, of the machine.</summary>
internal sealed class KeyShare
{
    /// <summary>Pixels, from a common beginning for all keys.</summary>
    public double Served { get; set; }

    /// <summary>Jobs that were taken on and have not ended.</summary>
    public int Outstanding { get; set; }

    /// <summary>Pixels that are left to make for these.</summary>
    public double PixelsLeft { get; set; }

    public int Running { get; set; }

    /// <summary>Jobs in line: those that were begun, then the others in order.</summary>
    public LinkedList<Turn> Waiting { get; } = [];
}
