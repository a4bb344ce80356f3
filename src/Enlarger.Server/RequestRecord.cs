using Enlarger.Server.Jobs;

namespace Enlarger.Server;

/// <summary>
/// What is learnt about a request, for the log and the metrics. It is a feature of the request: <c>RequestLog</c> sets
/// it, and the endpoint fills it with what the steps return.
/// </summary>
internal sealed class RequestRecord
{
    /// <summary>How long the picture took to come from its address, or to fail; null where it had none.</summary>
    public TimeSpan? Fetch { get; set; }

    /// <summary>The job that was done for it; null where there was none, or it failed.</summary>
    public JobRecord? Job { get; set; }
}

/// <summary>A job that was done and paid for.</summary>
internal sealed record JobRecord
{
    /// <summary>As on the price list: <c>upscale</c> or <c>enhance</c>.</summary>
    public required string Operation { get; init; }

    public required long Credits { get; init; }

    public required long SourceBytes { get; init; }

    public required long ResultBytes { get; init; }

    public required JobTimes Times { get; init; }

    public required EnlargeResult Enlarged { get; init; }

    public static JobRecord Of(EnlargeJob job, FinishedJob done) => new()
    {
        Operation = job.Operation,
        Credits = done.Credits,
        SourceBytes = job.Source.File.Length,
        ResultBytes = done.Result.Bytes,
        Times = done.Times,
        Enlarged = done.Enlarged,
    };
}
