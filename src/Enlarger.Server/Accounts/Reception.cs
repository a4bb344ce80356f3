namespace Enlarger.Server.Accounts;

/// <summary>Decides whose request it is and whether it may come in now.</summary>
internal sealed class Reception(KeyRing keys, TimeProvider time)
{
    // Often enough that keys that have left take no room, seldom enough that looking for them takes no time.
    private static readonly TimeSpan TidyPeriod = TimeSpan.FromMinutes(1);

    // One lock for all keys: what it guards takes less than a microsecond.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyTraffic> _traffic = new(StringComparer.Ordinal);
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

    /// <summary>Admits a request with <paramref name="key"/>. Dispose the visit with the answer.</summary>
    /// <remarks>
    /// The request's features then hold the <see cref="Visit"/>, and of a key that is known its
    /// <see cref="RateState"/>, also where the request is refused: headers tell both.
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

        var visit = Admit(http, account);
        http.Features.Set(visit);
        http.Features.Set(visit.Rate);
        return visit;
    }

    private Visit Admit(HttpContext http, Account account)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            Tidy(now);
            if (!_traffic.TryGetValue(account.Id, out var traffic))
            {
                _traffic[account.Id] = traffic = new KeyTraffic();
            }

            http.Features.Set(traffic.RateOf(account, now));
            var rate = traffic.Enter(account, now);
            return new Visit(account, rate, () => Leave(traffic));
        }
    }

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
