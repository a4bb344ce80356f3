using Enlarger.Server.Jobs;

namespace Enlarger.Server;

/// <summary>
/// What is learnt about a request on its way, for the log and the metrics. Whoever learns it writes it here; nobody
/// decides anything by it.
/// </summary>
internal sealed class RequestRecord
{
    private static readonly AsyncLocal<RequestRecord?> Ambient = new();

    /// <summary>The request that this code runs for; null where it runs for none.</summary>
    public static RequestRecord? Current => Ambient.Value;

    /// <summary>How long the picture took to come from its address; null where it had none.</summary>
    public TimeSpan? Fetch { get; set; }

    /// <summary>The job that was done for it; null where there was none, or it failed.</summary>
    public JobRecord? Job { get; set; }

    /// <summary>Starts the record of a request, for everything that is called from here on.</summary>
    public static RequestRecord Begin() => Ambient.Value = new RequestRecord();
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
}
