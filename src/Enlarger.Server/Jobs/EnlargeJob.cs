using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Jobs;

/// <summary>Work for one key, to be paid for by it.</summary>
internal sealed record EnlargeJob
{
    // Interpolation, which leaves a picture that keeps its size unchanged.
    private const string UnchangingModel = "lanczos";

    public required Account Account { get; init; }

    public required string Vendor { get; init; }

    /// <summary>What the price list calls it: <c>upscale</c> or <c>enhance</c>.</summary>
    public required string Operation { get; init; }

    public required SourceImage Source { get; init; }

    /// <summary>What is to be made of the picture, and with which model.</summary>
    public required EnlargeOptions Options { get; init; }

    /// <summary>
    /// How long the result can be fetched: <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero for the answer alone.
    /// </summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>The result is the picture: of the same size, and not enhanced. It is free.</summary>
    public bool KeepsPicture =>
        Options.Enhance is null
        && Options.Size is { } size
        && size.Width == Source.Width
        && size.Height == Source.Height;

    /// <summary>
    /// The options for the engine. A picture that is kept goes through no network, which would change it.
    /// </summary>
    public EnlargeOptions EngineOptions =>
        KeepsPicture ? Options with { Model = UnchangingModel, Restore = 0 } : Options;

    /// <summary>The job whose result this enlarges once more.</summary>
    public Guid? Parent { get; init; }
}

/// <summary>A job that was done and paid for. Dispose it with the answer.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Result">The file.</param>
/// <param name="Enlarged">What the engine did.</param>
/// <param name="Credits">What it cost.</param>
/// <param name="Balance">What the key has left.</param>
/// <param name="Times">Where the time went.</param>
internal sealed record FinishedJob(
    Guid Id, StoredResult Result, EnlargeResult Enlarged, long Credits, long Balance, JobTimes Times) : IDisposable
{
    public void Dispose() => Result.Dispose();
}

/// <summary>Where the time of a job went.</summary>
/// <param name="Waited">For its turn, at the beginning and between rows.</param>
/// <param name="Engine">Its work, without what it was made to wait in between.</param>
internal sealed record JobTimes(TimeSpan Waited, EnlargeTimes Engine)
{
    // The engine stands still in the middle of encoding, as far as it can tell.
    public static JobTimes Of(JobSlot slot, EnlargeTimes engine) =>
        new(slot.Waited + slot.Paused, engine with { Encode = engine.Encode - slot.Paused });
}

/// <summary>Why a job failed, as its row says, where the reason is not a <see cref="Fault"/>.</summary>
internal static class JobEnd
{
    /// <summary>The caller did not wait for the answer.</summary>
    public const string HungUp = "HungUp";

    /// <summary>The process that ran it is gone.</summary>
    public const string Abandoned = "Abandoned";
}
