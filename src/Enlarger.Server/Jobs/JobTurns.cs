namespace Enlarger.Server.Jobs;

/// <summary>
/// Decides which job may compute. Keys share the machine evenly, by pixels of results: start-time fair queueing (Goyal,
/// Vin and Cheng, 1996) over keys, in which a running job makes room, between two rows, for a key that was served less.
/// </summary>
/// <remarks>
/// What a key was served is its place in virtual time. A key that comes back after a rest starts where the one served
/// least stands, so that resting earns nothing. Jobs of one key run in the order of their arrival.
/// </remarks>
/// <param name="slots">Jobs that compute at the same time.</param>
/// <param name="backlogPixelsMax">Pixels of results that may be outstanding while jobs wait.</param>
/// <param name="jobTimeMax">How long a job may take, waiting included.</param>
/// <param name="time">The clock.</param>
internal sealed class JobTurns(int slots, long backlogPixelsMax, TimeSpan jobTimeMax, TimeProvider time)
{
    /// <summary>
    /// Jobs that were begun and stand still. Room for the last is made for small jobs alone: so huge ones never take
    /// all places, however many keys have them, and a small one finds a place that is soon free again.
    /// </summary>
    public const int PausedMax = PausedForAnyMax + 1;

    /// <summary>Pixels of a result that is small: 1024x1024, about a second's work for a slow core.</summary>
    public const long SmallPixelsMax = 1 << 20;

    // Each holds its picture and its feature maps, up to some hundred MiB, so they are few.
    private const int PausedForAnyMax = 8;

    // The next try of a caller costs us more than a second of its patience costs the caller.
    private static readonly TimeSpan RetryAfterMin = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyShare> _shares = new(StringComparer.Ordinal);
    private readonly WorkSpeed _speed = new(time);
    private bool _closed;
    private int _outstanding;
    private int _running;
    private int _paused;
    private long _arrivals;
    private double _pixelsLeft;

    /// <summary>What there is to do.</summary>
    public JobLoad Load
    {
        get
        {
            lock (_lock)
            {
                return new JobLoad(_outstanding - _running, _running, _pixelsLeft / 1e6, _speed.TimeFor(_pixelsLeft));
            }
        }
    }

    /// <summary>Takes a job on. It waits in <see cref="Turn.WaitAsync"/>; dispose the turn with the job.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Overloaded"/>: too much is waiting.</exception>
    public Turn Enter(string keyId, long pixels)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new FaultException(Fault.Overloaded, "The server is stopping.") { RetryAfter = RetryAfterMin };
            }

            if (Excess(keyId, pixels) is > 0 and var excess)
            {
                var wait = _speed.TimeFor(excess);
                throw new FaultException(Fault.Overloaded, "The server has too much to do. Try again later.")
                {
                    RetryAfter = wait > RetryAfterMin ? wait : RetryAfterMin,
                };
            }

            _outstanding++;
            _pixelsLeft += pixels;
            var share = Share(keyId);
            share.PixelsLeft += pixels;
            return new Turn(this, share, pixels, _arrivals++);
        }
    }

    /// <summary>Takes on no more jobs.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    /// <summary>Lines a job up; it may begin at once.</summary>
    internal void Queue(Turn turn)
    {
        lock (_lock)
        {
            turn.Stand(TurnState.Waiting, time.GetTimestamp());
            turn.Share.Waiting.AddLast(turn);
            FillSlots();
        }
    }

    /// <summary>Counts what a running job has done.</summary>
    /// <returns>Whether its turn has passed to another, and it must wait for the next.</returns>
    internal bool Advance(Turn turn, double part)
    {
        lock (_lock)
        {
            Charge(turn, part);
            // The last rows are there: what is left is to finish the file.
            return part < 1 && MakeRoom(turn);
        }
    }

    /// <summary>Counts what a running job has computed before it has any pixels to show.</summary>
    /// <returns>Whether its turn has passed to another, and it must wait for the next.</returns>
    internal bool Spend(Turn turn, TimeSpan computed)
    {
        lock (_lock)
        {
            // The key has had that time, in which others could have made so many pixels.
            turn.Share.Served += computed.TotalSeconds * SmallPixelsMax;
            // No pixels come of it, so that it says nothing about the speed.
            turn.SecondsShared = null;
            return MakeRoom(turn);
        }
    }

    /// <summary>A job has ended, whatever it was doing.</summary>
    internal void Leave(Turn turn)
    {
        lock (_lock)
        {
            if (turn.State == TurnState.Left)
            {
                return;
            }

            if (turn.State == TurnState.Running)
            {
                Halt(turn);
                // Some formats are encoded after the last row.
                Measure(turn, pixels: 0);
            }
            else if (turn.Share.Waiting.Remove(turn) && turn.State == TurnState.Paused)
            {
                _paused--;
            }

            turn.Stand(TurnState.Left, time.GetTimestamp());
            _outstanding--;
            // Exactly nothing when nothing is left, whatever the roundings on the way.
            var left = turn.Pixels - turn.Served;
            _pixelsLeft = _outstanding == 0 ? 0 : _pixelsLeft - left;
            turn.Share.Outstanding--;
            turn.Share.PixelsLeft = turn.Share.Outstanding == 0 ? 0 : turn.Share.PixelsLeft - left;
            Forget();
            FillSlots();
        }
    }

    // How many pixels have to be made before a job is taken on; none where it is now.
    private double Excess(string keyId, long pixels)
    {
        // Where nothing waits, or will once those that were taken on have lined up, a job is taken on whatever its
        // size, or the largest would never be. So is the first of a key, or the others could shut it out. That stays
        // bounded: only the operator makes keys, each has one such job, and until it begins that is a file in memory.
        if (_outstanding <= slots || _shares.GetValueOrDefault(keyId) is not { Outstanding: > 0 } share)
        {
            return 0;
        }

        // What can be made in time is a bound like the other. A key is refused beyond its even part, and only where
        // all is too much: so n keys gather at most 1 + 1/2 + ... + 1/n times the bound, and their first jobs.
        var bound = Math.Min(backlogPixelsMax, _speed.PixelsIn(jobTimeMax));
        var keys = _shares.Values.Count(other => other.Outstanding > 0);
        var ofAll = Math.Min(_pixelsLeft, _pixelsLeft + pixels - bound);
        var ofKey = Math.Min(share.PixelsLeft, share.PixelsLeft + pixels - (bound / keys));
        return Math.Min(ofAll, keys * ofKey);
    }

    private KeyShare Share(string keyId)
    {
        var share = _shares.GetValueOrDefault(keyId) ?? new KeyShare();
        if (share.Outstanding == 0)
        {
            share.Served = Math.Max(share.Served, VirtualTime());
        }

        _shares[keyId] = share;
        share.Outstanding++;
        return share;
    }

    private double VirtualTime() =>
        _shares.Values.Where(share => share.Outstanding > 0).Select(share => share.Served).DefaultIfEmpty().Min();

    // Keys at rest that are not ahead of the others would start like new ones.
    private void Forget()
    {
        var now = _outstanding == 0 ? double.PositiveInfinity : VirtualTime();
        foreach (var (keyId, share) in _shares)
        {
            if (share.Outstanding == 0 && share.Served <= now)
            {
                _shares.Remove(keyId);
            }
        }
    }

    // Gives the place of a running job to one of a key that was served less.
    private bool MakeRoom(Turn turn)
    {
        if (Next() is not { } next || next.Share.Served >= turn.Share.Served)
        {
            return false;
        }

        Halt(turn);
        turn.Stand(TurnState.Paused, time.GetTimestamp());
        turn.Share.Waiting.AddFirst(turn);
        _paused++;
        Begin(next);
        return true;
    }

    private void FillSlots()
    {
        while (_running < slots && Next() is { } next)
        {
            Begin(next);
        }
    }

    // The first job of the key that was served least; among equals, of that which runs fewest, or came first.
    private Turn? Next()
    {
        Turn? best = null;
        foreach (var share in _shares.Values)
        {
            if (share.Waiting.First?.Value is { } first
                && MayRun(first)
                && (best is null || Place(first).CompareTo(Place(best)) < 0))
            {
                best = first;
            }
        }

        return best;

        static (double, int, long) Place(Turn turn) => (turn.Share.Served, turn.Share.Running, turn.Arrival);
    }

    // Those that stand still may; the others where there is place for one more that was begun.
    private bool MayRun(Turn turn) =>
        turn.State == TurnState.Paused
        || _running + _paused < slots + (turn.Pixels <= SmallPixelsMax ? PausedMax : PausedForAnyMax);

    private void Begin(Turn turn)
    {
        _speed.Pass(_running);
        turn.SecondsShared = turn.State == TurnState.Paused ? _speed.SecondsShared : null;
        turn.Share.Waiting.Remove(turn);
        if (turn.State == TurnState.Paused)
        {
            _paused--;
        }

        _running++;
        turn.Share.Running++;
        // Alone, a job gets all cores. Two threads on one picture do 1.2 to 1.7 times the work of one, two jobs of one
        // thread each twice: with others about, a job gets its share of the cores and no more.
        turn.Grant(Math.Max(1, slots / _outstanding), time);
    }

    private void Halt(Turn turn)
    {
        _speed.Pass(_running);
        _running--;
        turn.Share.Running--;
    }

    private void Charge(Turn turn, double part)
    {
        var pixels = Math.Max(0, (turn.Pixels * part) - turn.Served);
        turn.Served += pixels;
        turn.Share.Served += pixels;
        turn.Share.PixelsLeft -= pixels;
        _pixelsLeft -= pixels;
        _speed.Pass(_running);
        Measure(turn, pixels);
        // Where the first report is the last as well, nothing can be measured.
        turn.SecondsShared = turn.SecondsShared is null && part >= 1 ? null : _speed.SecondsShared;
    }

    private void Measure(Turn turn, double pixels)
    {
        if (turn.SecondsShared is { } since)
        {
            _speed.Add(pixels, _speed.SecondsShared - since);
        }
    }
}

/// <summary>What there is to do.</summary>
/// <param name="Waiting">Jobs that do not compute: not yet, or not now.</param>
/// <param name="Running">Jobs that compute.</param>
/// <param name="Megapixels">What is left to do for all of them, in results.</param>
/// <param name="Backlog">How long that will take, by the speed of late; zero until that was measured.</param>
internal readonly record struct JobLoad(int Waiting, int Running, double Megapixels, TimeSpan Backlog);
