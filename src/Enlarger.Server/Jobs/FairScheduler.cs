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
internal sealed class FairScheduler(int slots, long backlogPixelsMax, TimeSpan jobTimeMax, TimeProvider time)
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

    // Never ask for a retry in under a second: a refused request costs the server more than the wait costs the caller.
    private static readonly TimeSpan RetryAfterMin = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyShare> _shares = new(StringComparer.Ordinal);
    private readonly ThroughputEstimator _throughput = new(time);
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
                return new JobLoad(
                    _outstanding - _running, _running, _pixelsLeft / 1e6, _throughput.TimeFor(_pixelsLeft));
            }
        }
    }

    /// <summary>Takes a job on. It waits in <see cref="JobSlot.WaitAsync"/>; dispose the slot with the job.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Overloaded"/>: too much is waiting.</exception>
    public JobSlot Enter(string keyId, long pixels)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new FaultException(Fault.Overloaded, "The server is stopping.") { RetryAfter = RetryAfterMin };
            }

            if (Overload(keyId, pixels) is > 0 and var overload)
            {
                var wait = _throughput.TimeFor(overload);
                throw new FaultException(Fault.Overloaded, "The server has too much to do. Try again later.")
                {
                    RetryAfter = wait > RetryAfterMin ? wait : RetryAfterMin,
                };
            }

            _outstanding++;
            _pixelsLeft += pixels;
            var share = Share(keyId);
            share.PixelsLeft += pixels;
            return new JobSlot(this, share, pixels, _arrivals++);
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
    internal void Queue(JobSlot slot)
    {
        lock (_lock)
        {
            slot.SetState(JobSlotState.Waiting, time.GetTimestamp());
            slot.Share.Waiting.AddLast(slot);
            FillSlots();
        }
    }

    /// <summary>Counts what a running job has done.</summary>
    /// <returns>Whether its turn has passed to another, and it must wait for the next.</returns>
    internal bool Advance(JobSlot slot, double part)
    {
        lock (_lock)
        {
            Charge(slot, part);
            // The last rows are there: what is left is to finish the file.
            return part < 1 && Preempt(slot);
        }
    }

    /// <summary>Counts what a running job has computed before it has any pixels to show.</summary>
    /// <returns>Whether its turn has passed to another, and it must wait for the next.</returns>
    internal bool Spend(JobSlot slot, TimeSpan computed)
    {
        lock (_lock)
        {
            // The key has had that time, in which others could have made so many pixels.
            slot.Share.Served += computed.TotalSeconds * SmallPixelsMax;
            // No pixels come of it, so that it says nothing about the speed.
            slot.SecondsShared = null;
            return Preempt(slot);
        }
    }

    /// <summary>A job has ended, whatever it was doing.</summary>
    internal void Leave(JobSlot slot)
    {
        lock (_lock)
        {
            if (slot.State == JobSlotState.Left)
            {
                return;
            }

            if (slot.State == JobSlotState.Running)
            {
                Stop(slot);
                // Some formats are encoded after the last row.
                Measure(slot, pixels: 0);
            }
            else if (slot.Share.Waiting.Remove(slot) && slot.State == JobSlotState.Paused)
            {
                _paused--;
            }

            slot.SetState(JobSlotState.Left, time.GetTimestamp());
            _outstanding--;
            // Exactly nothing when nothing is left, whatever the roundings on the way.
            var left = slot.Pixels - slot.Served;
            _pixelsLeft = _outstanding == 0 ? 0 : _pixelsLeft - left;
            slot.Share.Outstanding--;
            slot.Share.PixelsLeft = slot.Share.Outstanding == 0 ? 0 : slot.Share.PixelsLeft - left;
            Forget();
            FillSlots();
        }
    }

    // How many pixels have to be made before a job is taken on; none where it is now.
    private double Overload(string keyId, long pixels)
    {
        // Where nothing waits, or will once those that were taken on have lined up, a job is taken on whatever its
        // size, or the largest would never be. So is the first of a key, or the others could shut it out. That stays
        // bounded: only the operator makes keys, each has one such job, and until it begins that is a file in memory.
        if (_outstanding <= slots || _shares.GetValueOrDefault(keyId) is not { Outstanding: > 0 } share)
        {
            return 0;
        }

        // The backlog is bounded by size, and by what can be finished in time. A key is refused only when the backlog
        // is full and the key holds more than 1/n of it, for n keys with jobs. So n keys gather at most
        // 1 + 1/2 + ... + 1/n times the bound, and their first jobs.
        var bound = Math.Min(backlogPixelsMax, _throughput.PixelsIn(jobTimeMax));
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
    private bool Preempt(JobSlot slot)
    {
        if (Next() is not { } next || next.Share.Served >= slot.Share.Served)
        {
            return false;
        }

        Stop(slot);
        slot.SetState(JobSlotState.Paused, time.GetTimestamp());
        slot.Share.Waiting.AddFirst(slot);
        _paused++;
        Start(next);
        return true;
    }

    private void FillSlots()
    {
        while (_running < slots && Next() is { } next)
        {
            Start(next);
        }
    }

    // The first job of the key that was served least; among equals, of that which runs fewest, or came first.
    private JobSlot? Next()
    {
        JobSlot? best = null;
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

        static (double, int, long) Place(JobSlot slot) => (slot.Share.Served, slot.Share.Running, slot.Arrival);
    }

    // Those that stand still may; the others where there is place for one more that was begun.
    private bool MayRun(JobSlot slot) =>
        slot.State == JobSlotState.Paused
        || _running + _paused < slots + (slot.Pixels <= SmallPixelsMax ? PausedMax : PausedForAnyMax);

    private void Start(JobSlot slot)
    {
        _throughput.Pass(_running);
        slot.SecondsShared = slot.State == JobSlotState.Paused ? _throughput.SecondsShared : null;
        slot.Share.Waiting.Remove(slot);
        if (slot.State == JobSlotState.Paused)
        {
            _paused--;
        }

        _running++;
        slot.Share.Running++;
        // Alone, a job gets all cores. Two threads on one picture do 1.2 to 1.7 times the work of one, two jobs of one
        // thread each twice: with others about, a job gets its share of the cores and no more.
        slot.Grant(Math.Max(1, slots / _outstanding), time);
    }

    private void Stop(JobSlot slot)
    {
        _throughput.Pass(_running);
        _running--;
        slot.Share.Running--;
    }

    private void Charge(JobSlot slot, double part)
    {
        var pixels = Math.Max(0, (slot.Pixels * part) - slot.Served);
        slot.Served += pixels;
        slot.Share.Served += pixels;
        slot.Share.PixelsLeft -= pixels;
        _pixelsLeft -= pixels;
        _throughput.Pass(_running);
        Measure(slot, pixels);
        // Where the first report is the last as well, nothing can be measured.
        slot.SecondsShared = slot.SecondsShared is null && part >= 1 ? null : _throughput.SecondsShared;
    }

    private void Measure(JobSlot slot, double pixels)
    {
        if (slot.SecondsShared is { } since)
        {
            _throughput.Add(pixels, _throughput.SecondsShared - since);
        }
    }
}
