namespace Enlarger.Server.Accounts;

/// <summary>
/// How often one key has come lately, and how many of its requests are inside. <see cref="RequestGate"/> locks it, and
/// has a clock for it that is never set.
/// </summary>
/// <remarks>
/// The rate is held by a leaky bucket used as a meter, which is the generic cell rate algorithm (ITU-T I.371): a key
/// may make all requests of a minute at once, and then one whenever a minute's share has passed.
/// </remarks>
internal sealed class KeyRateLimiter
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // Nobody knows when a request that is inside will end; small pictures take about as long.
    private static readonly TimeSpan RetryAfterConcurrency = TimeSpan.FromSeconds(1);

    // The bucket's level. A request adds the ticks of a period, a tick takes off the rate: whole numbers, so that
    // exactly as many requests fit as the rate says.
    private long _level;
    private DateTimeOffset _levelAt = DateTimeOffset.MinValue;
    private int _inside;

    /// <summary>Nothing is known of the key that would not be of a new one.</summary>
    public bool IsIdle(DateTimeOffset now) => _inside == 0 && now - _levelAt >= Period;

    /// <summary>What is left of the rate before the next request.</summary>
    public RateState RateOf(Account account, DateTimeOffset now) =>
        StateAt(LevelAt(now, account.RatePerMinute), account.RatePerMinute, now);

    /// <summary>Counts a request; it is inside until <see cref="Leave"/>.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.RateExceeded"/> or <see cref="Fault.ConcurrencyExceeded"/>; the request was not counted.
    /// </exception>
    public RateState Enter(Account account, DateTimeOffset now)
    {
        var rate = account.RatePerMinute;
        var capacity = Period.Ticks * rate;
        var level = LevelAt(now, rate) + Period.Ticks;
        if (level > capacity)
        {
            throw new FaultException(Fault.RateExceeded, $"This key may make {rate} requests a minute.")
            {
                RetryAfter = TimeToLeak(level - capacity, rate),
            };
        }

        if (_inside >= account.ConcurrentMax)
        {
            throw new FaultException(
                Fault.ConcurrencyExceeded, $"This key may make {account.ConcurrentMax} requests at once.")
            {
                RetryAfter = RetryAfterConcurrency,
            };
        }

        (_level, _levelAt) = (level, now);
        _inside++;
        return StateAt(level, rate, now);
    }

    public void Leave() => _inside--;

    private static RateState StateAt(long level, int rate, DateTimeOffset now) =>
        new(rate, (int)(((Period.Ticks * rate) - level) / Period.Ticks), now + TimeToLeak(level, rate));

    // After a period the bucket is empty, however full it was.
    private long LevelAt(DateTimeOffset now, int rate)
    {
        var elapsed = now - _levelAt;
        return elapsed >= Period ? 0 : Math.Max(0, _level - (elapsed.Ticks * rate));
    }

    private static TimeSpan TimeToLeak(long level, int rate) => TimeSpan.FromTicks((level + rate - 1) / rate);
}
