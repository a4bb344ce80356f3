using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Jobs;

internal sealed class JobSettings : IValidatableObject
{
    // EnlargeJob.Operation, as vendors fill it.
    private static readonly string[] Operations = ["upscale", "enhance"];

    /// <summary>The model that serves all vendors: a name, or the path of an ONNX file.</summary>
    [Required]
    public string Model { get; init; } = new EnlargeOptions().Model;

    /// <summary>
    /// Worker threads of the engine, for all jobs together; 0 takes all cores. So many jobs run at the same time; one
    /// that is alone gets all threads.
    /// </summary>
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
    /// Seconds that jobs have to finish when the server is told to stop. What manages services usually kills after 30
    /// (Kubernetes) or 90 (systemd); this leaves time to refund the rest.
    /// </summary>
    [Range(0, 3600)]
    public int StopSecondsMax { get; init; } = 20;

    /// <summary>
    /// Credits by vendor and operation, as <c>Jobs:Prices:venice:enhance=2</c>. What is not named costs 1.
    /// </summary>
    public Dictionary<string, Dictionary<string, int>> Prices { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public long PriceOf(string vendor, string operation) =>
        Prices.TryGetValue(vendor, out var prices)
        && prices.FirstOrDefault(price => price.Key.Equals(operation, StringComparison.OrdinalIgnoreCase))
            is { Key: not null } price
            ? price.Value
            : 1;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from vendor in Prices
        from operation in vendor.Value
        let complaint = operation.Value < 0 ? "must not be negative."
            : Operations.Contains(operation.Key, StringComparer.OrdinalIgnoreCase) ? null
            : $"is nothing that is sold, only {string.Join(" and ", Operations)} are."
        where complaint is not null
        select new ValidationResult($"Jobs:Prices:{vendor.Key}:{operation.Key} {complaint}", [nameof(Prices)]);
}

[OptionsValidator]
internal sealed partial class JobSettingsValidator : IValidateOptions<JobSettings>;
