namespace Enlarger.Server.Accounts;

/// <summary>How often one key has come lately, and how many of its requests are inside.</summary>
internal sealed class KeyTraffic
{
    private readonly Lock _lock = new();
    private int _inside;

    // The time at which the whole allowance would be there again: the generic cell rate algorithm (ITU-T I.371).
    private DateTimeOffset _full = DateTimeOffset.MinValue;

    public Visit Enter(Account account, DateTimeOffset now)
    {
        lock (_lock)
        {
            var period = TimeSpan.FromMinutes(1);
            var each = period / account.RatePerMinute;
            var full = (_full > now ? _full : now) + each;
            if (full - now > period)
            {
                throw new FaultException(
                    Fault.RateExceeded, $"This key may make {account.RatePerMinute} requests a minute.")
                {
                    RetryAfter = full - now - period,
                };
            }

            if (_inside >= account.ConcurrentMax)
            {
                throw new FaultException(
                    Fault.ConcurrencyExceeded, $"This key may make {account.ConcurrentMax} requests at once.");
            }

            _full = full;
            _inside++;
            var remaining = (int)((period - (full - now)) / each);
            return new Visit(account, new RateState(account.RatePerMinute, remaining, full), Leave);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _inside--;
        }
    }
}
