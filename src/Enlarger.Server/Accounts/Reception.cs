using System.Collections.Concurrent;

namespace Enlarger.Server.Accounts;

/// <summary>Decides whose request it is and whether it may come in now.</summary>
internal sealed class Reception(KeyRing keys, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, KeyTraffic> _traffic = new(StringComparer.Ordinal);

    /// <summary>Admits a request with <paramref name="key"/>. Dispose the visit with the answer.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.KeyUnknown"/>, <see cref="Fault.RateExceeded"/> or <see cref="Fault.ConcurrencyExceeded"/>.
    /// </exception>
    public Visit Enter(HttpContext http, string? key)
    {
        if (string.IsNullOrEmpty(key) || keys.Find(key) is not { } account)
        {
            throw new FaultException(Fault.KeyUnknown, "The API key is missing, unknown or revoked.");
        }

        var traffic = _traffic.GetOrAdd(account.Id, _ => new KeyTraffic());
        var visit = traffic.Enter(account, time.GetUtcNow());
        http.Features.Set(visit);
        http.Features.Set(visit.Rate);
        return visit;
    }
}
