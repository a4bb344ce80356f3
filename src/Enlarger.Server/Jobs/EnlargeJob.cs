using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Jobs;

/// <summary>Work for one key, to be paid for by it.</summary>
internal sealed record EnlargeJob
{
    public required Account Account { get; init; }

    public required string Vendor { get; init; }

    /// <summary>What the price list calls it: <c>upscale</c> or <c>enhance</c>.</summary>
    public required string Operation { get; init; }

    public required SourceImage Source { get; init; }

    public required EnlargeOptions Options { get; init; }

    /// <summary>
    /// How long the result can be fetched: <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero for the answer alone.
    /// </summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>The job whose result this enlarges once more.</summary>
    public Guid? Parent { get; init; }
}

/// <summary>A job that was done and paid for. Dispose it with the answer.</summary>
internal sealed record FinishedJob(Guid Id, StoredResult Result, EnlargeResult Enlarged, long Balance) : IDisposable
{
    public void Dispose() => Result.Dispose();
}
