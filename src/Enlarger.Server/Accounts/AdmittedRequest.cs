namespace Enlarger.Server.Accounts;

/// <summary>One request of one key, from its admission to its answer. It counts as concurrent until disposed.</summary>
internal sealed class AdmittedRequest(Account account, RateState rate, Action leave) : IDisposable
{
    private Action? _leave = leave;

    public Account Account { get; } = account;

    /// <summary>What is left of the key's rate, for headers.</summary>
    public RateState Rate { get; } = rate;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
