using Enlarger.Server.Accounts;

namespace Enlarger.Server.Jobs;

internal sealed class JobSettings
{
    // More threads than any machine has cores are a typing error.
    private const int ThreadsMax = 1024;

    // A terapixel waits for weeks.
    private const int BacklogMegapixelsLimit = 1_000_000;

    // A day, after which no client still waits.
    private const int SecondsLimit = 86_400;

    // An hour. What manages services would have killed the server long before.
    private const int StopSecondsLimit = 3600;

    // EnlargeJob.Operation, as vendors fill it.
    private static readonly string[] Operations = ["upscale", "enhance"];

    /// <summary>The model that serves all vendors: a name, or the path of an ONNX file.</summary>
    public string Model { get; init; } = new EnlargeOptions().Model;

    /// <summary>
    /// Worker threads of the engine, for all jobs together; 0 takes all cores. So many jobs run at the same time; one
    /// that is alone gets all threads.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Megapixels of results that may wait or run. The next job is told to come back later. 512 are some minutes of
    /// work for a small machine, after which most clients have given up.
    /// </summary>
    public int BacklogMegapixelsMax { get; init; } = 512;

    /// <summary>Seconds from a job's arrival to its end, waiting included.</summary>
    public int SecondsMax { get; init; } = 300;

    /// <summary>
    /// Seconds that reading one picture may compute. The largest that a vendor takes needs a few; only one that was
    /// made to keep a server busy needs more than this.
    /// </summary>
    public int DecodeSecondsMax { get; init; } = 60;

    /// <summary>
    /// Seconds that jobs have to finish when the server is told to stop. What manages services usually kills after 30
    /// (Kubernetes) or 90 (systemd); this leaves time to refund the rest.
    /// </summary>
    public int StopSecondsMax { get; init; } = 18;

    /// <summary>
    /// Credits by vendor and operation, as <c>Jobs:Prices:venice:enhance=2</c>. What is not named costs 1.
    /// </summary>
    public Dictionary<string, Dictionary<string, int>> Prices { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public long PriceOf(string vendor, string operation) =>
        Prices.TryGetValue(vendor, out var prices) && prices.TryGetValue(operation, out var price) ? price : 1;

    public static JobSettings Read(SettingsReader section, IReadOnlyList<string> vendors)
    {
        var standard = new JobSettings();
        return new JobSettings
        {
            Model = section.Text(
                nameof(Model), standard.Model, "must be the name of a model or the path of an ONNX file",
                text => text.Length > 0)!,
            Threads = section.Number(nameof(Threads), standard.Threads, 0, ThreadsMax),
            BacklogMegapixelsMax = section.Number(
                nameof(BacklogMegapixelsMax), standard.BacklogMegapixelsMax, 1, BacklogMegapixelsLimit),
            SecondsMax = section.Number(nameof(SecondsMax), standard.SecondsMax, 1, SecondsLimit),
            DecodeSecondsMax = section.Number(nameof(DecodeSecondsMax), standard.DecodeSecondsMax, 1, SecondsLimit),
            StopSecondsMax = section.Number(nameof(StopSecondsMax), standard.StopSecondsMax, 0, StopSecondsLimit),
            Prices = ReadPrices(section.Object(nameof(Prices)), vendors),
        };
    }

    // A price for a vendor or an operation that is not there was meant for another.
    private static Dictionary<string, Dictionary<string, int>> ReadPrices(
        SettingsReader prices, IReadOnlyList<string> vendors)
    {
        var all = new Dictionary<string, Dictionary<string, int>>(StringComparer.OrdinalIgnoreCase);
        foreach (var vendor in prices.Given.ToList())
        {
            if (!vendors.Contains(vendor, StringComparer.OrdinalIgnoreCase))
            {
                prices.Refuse(vendor, $"is no vendor, only {string.Join(", ", vendors)} are");
                continue;
            }

            var operations = prices.Object(vendor);
            all[vendor] = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            foreach (var operation in operations.Given.ToList())
            {
                if (Operations.Contains(operation, StringComparer.OrdinalIgnoreCase))
                {
                    all[vendor][operation] = operations.Number(operation, 1, 0, KeyRing.GrantMax);
                }
                else
                {
                    operations.Refuse(
                        operation, $"is nothing that is sold, only {string.Join(" and ", Operations)} are");
                }
            }
        }

        return all;
    }
}
