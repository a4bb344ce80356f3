namespace Enlarger.Server.Accounts;

/// <summary>Decides whose request it is and whether it may come in now.</summary>
internal sealed class Reception(KeyRing keys, TimeProvider time)
{
    // Often enough that keys that have left take no room, seldom enough that looking for them takes no time.
    private static readonly TimeSpan TidyPeriod = TimeSpan.FromMinutes(1);

    // One lock for all keys: what it guards takes less than a microsecond.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyTraffic> _traffic = new(StringComparer.Ordinal);

    // The traffic's clock starts at the true time and is never set: a step would shut keys out, or let them in.
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();
    private DateTimeOffset _tidied = DateTimeOffset.MinValue;

    /// <summary>How many keys are remembered for having come lately.</summary>
    public int KeysRemembered
    {
        get
        {
            lock (_lock)
            {
                return _traffic.Count;
            }
        }
    }

    /// <summary>Admits a request with <paramref name="key"/>; it is inside until its answer has been sent.</summary>
    /// <remarks>
    /// The request's features then hold the <see cref="Account"/> and the <see cref="RateState"/> of a key that is
    /// known, also where the request is refused: the log tells the one, headers the other.
    /// </remarks>
    /// <exception cref="FaultException">
    /// <see cref="Fault.KeyUnknown"/>, <see cref="Fault.RateExceeded"/> or <see cref="Fault.ConcurrencyExceeded"/>.
    /// </exception>
    public Visit Enter(HttpContext http, string? key)
    {
        if (string.IsNullOrEmpty(key) || keys.Find(key) is not { } account)
        {
            throw new FaultException(Fault.KeyUnknown, "The API key is missing, unknown or revoked.");
        }

        http.Features.Set(account);
        var visit = Admit(http, account);
        http.Response.RegisterForDispose(visit);
        http.Features.Set(visit.Rate);
        return visit;
    }

    private Visit Admit(HttpContext http, Account account)
    {
        lock (_lock)
        {
            var now = _started + time.GetElapsedTime(_startedAt);
            Tidy(now);
            if (!_traffic.TryGetValue(account.Id, out var traffic))
            {
                _traffic[account.Id] = traffic = new KeyTraffic();
            }

            http.Features.Set(OnCalendar(traffic.RateOf(account, now), now));
            var rate = traffic.Enter(account, now);
            return new Visit(account, OnCalendar(rate, now), () => Leave(traffic));
        }
    }

    private RateState OnCalendar(RateState rate, DateTimeOffset now) =>
        rate with { Reset = time.GetUtcNow() + (rate.Reset - now) };

    private void Leave(KeyTraffic traffic)
    {
        lock (_lock)
        {
            traffic.Leave();
        }
    }

    private void Tidy(DateTimeOffset now)
    {
        if (now - _tidied < TidyPeriod)
        {
            return;
        }

        _tidied = now;
        foreach (var (id, traffic) in _traffic)
        {
            if (traffic.IsIdle(now))
            {
                _traffic.Remove(id);
            }
        }
    }
}
