using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Jobs;

internal sealed class JobSettings
{
    /// <summary>The model that serves all vendors: a name, or the path of an ONNX file.</summary>
    [Required]
    public string Model { get; init; } = new EnlargeOptions().Model;

    /// <summary>Worker threads of the engine, for all jobs together; 0 takes all cores.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>
    /// Megapixels of results that may wait or run. The next job is told to come back later. 512 are some minutes of
    /// work for a small machine, after which most clients have given up.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BacklogMegapixelsMax { get; init; } = 512;

    /// <summary>Seconds from a job's arrival to its end, waiting included.</summary>
    [Range(1, 86_400)]
    public int SecondsMax { get; init; } = 300;

    /// <summary>
    /// Credits by vendor and operation, as <c>Jobs:Prices:venice:enhance=2</c>. What is not named costs 1.
    /// </summary>
    public Dictionary<string, Dictionary<string, int>> Prices { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public long PriceOf(string vendor, string operation) =>
        Prices.TryGetValue(vendor, out var prices) && prices.TryGetValue(operation, out var credits) ? credits : 1;
}

[OptionsValidator]
internal sealed partial class JobSettingsValidator : IValidateOptions<JobSettings>;
