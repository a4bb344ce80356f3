namespace Enlarger.Server.Accounts;

/// <summary>A key's rate after a request was counted, or was refused.</summary>
/// <param name="Limit">Requests a minute.</param>
/// <param name="Remaining">Requests that may be made at once now.</param>
/// <param name="Reset">When all of the limit is there again, if none is made.</param>
internal sealed record RateState(int Limit, int Remaining, DateTimeOffset Reset)
{
    /// <summary>The same in seconds since 1970, rounded up: who comes back then does not come too early.</summary>
    public long ResetUnixSeconds => (long)Math.Ceiling(Reset.ToUnixTimeMilliseconds() / 1000.0);
}
