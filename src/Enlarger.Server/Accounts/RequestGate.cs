namespace Enlarger.Server.Accounts;

/// <summary>Decides whose request it is and whether it may come in now.</summary>
internal sealed class RequestGate(KeyRing keys, TimeProvider time)
{
    // Often enough that keys that have left take no room, seldom enough that looking for them takes no time.
    private static readonly TimeSpan TidyPeriod = TimeSpan.FromMinutes(1);

    // One lock for all keys: what it guards takes less than a microsecond.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyRateLimiter> _limiters = new(StringComparer.Ordinal);

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
                return _limiters.Count;
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
    public AdmittedRequest Enter(HttpContext http, string? key)
    {
        if (string.IsNullOrEmpty(key) || keys.Find(key) is not { } account)
        {
            throw new FaultException(Fault.KeyUnknown, "The API key is missing, unknown or revoked.");
        }

        http.Features.Set(account);
        var admitted = Admit(http, account);
        http.Response.RegisterForDispose(admitted);
        http.Features.Set(admitted.Rate);
        return admitted;
    }

    private AdmittedRequest Admit(HttpContext http, Account account)
    {
        lock (_lock)
        {
            var now = _started + time.GetElapsedTime(_startedAt);
            Tidy(now);
            if (!_limiters.TryGetValue(account.Id, out var limiter))
            {
                _limiters[account.Id] = limiter = new KeyRateLimiter();
            }

            http.Features.Set(OnCalendar(limiter.RateOf(account, now), now));
            var rate = limiter.Enter(account, now);
            return new AdmittedRequest(account, OnCalendar(rate, now), () => Leave(limiter));
        }
    }

    private RateState OnCalendar(RateState rate, DateTimeOffset now) =>
        rate with { Reset = time.GetUtcNow() + (rate.Reset - now) };

    private void Leave(KeyRateLimiter limiter)
    {
        lock (_lock)
        {
            limiter.Leave();
        }
    }

    private void Tidy(DateTimeOffset now)
    {
        if (now - _tidied < TidyPeriod)
        {
            return;
        }

        _tidied = now;
        foreach (var (id, limiter) in _limiters)
        {
            if (limiter.IsIdle(now))
            {
                _limiters.Remove(id);
            }
        }
    }
}
