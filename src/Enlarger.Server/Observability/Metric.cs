using System.Globalization;

namespace Enlarger.Server.Observability;

/// <summary>A family of figures under one name, in the text format of Prometheus, version 0.0.4.</summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format</remarks>
internal abstract class Metric(string name, string help, string type)
{
    protected string Name { get; } = name;

    public void WriteTo(TextWriter target)
    {
        // Lines end in a line feed on every system.
        target.Write($"# HELP {Name} {EscapeHelp(help)}\n# TYPE {Name} {type}\n");
        WriteSamples(target);
    }

    protected abstract void WriteSamples(TextWriter target);

    protected static void WriteSample(TextWriter target, string name, string labels, double value)
    {
        var number = value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };
        target.Write(labels.Length == 0 ? $"{name} {number}\n" : $"{name}{{{labels}}} {number}\n");
    }

    /// <summary>The inside of the braces: <c>vendor="venice",status="200"</c>.</summary>
    protected static string Labels(IEnumerable<string> names, IEnumerable<string> values) =>
        string.Join(',', names.Zip(values, (name, value) => $"{name}=\"{EscapeValue(value)}\""));

    private static string EscapeValue(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>Something that only grows, by the values of its labels.</summary>
internal sealed class Counter(string name, string help, params string[] labels) : Metric(name, help, "counter")
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    public void Add(double amount, params string[] values)
    {
        var key = Labels(labels, values);
        lock (_lock)
        {
            _values[key] = _values.GetValueOrDefault(key) + amount;
        }
    }

    protected override void WriteSamples(TextWriter target)
    {
        lock (_lock)
        {
            foreach (var (key, value) in _values)
            {
                WriteSample(target, Name, key, value);
            }
        }
    }
}

/// <summary>Something that is looked at when it is asked for; a <c>counter</c> where it only grows.</summary>
internal sealed class Gauge(string name, string help, Func<double> read, string type = "gauge")
    : Metric(name, help, type)
{
    protected override void WriteSamples(TextWriter target) => WriteSample(target, Name, "", read());
}

/// <summary>How long something took, counted by upper bounds.</summary>
internal sealed class Histogram(string name, string help) : Metric(name, help, "histogram")
{
    // From a decoded thumbnail to the longest that a client waits, about two to three times apart.
    private static readonly double[] Bounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private double _sum;

    public void Observe(TimeSpan time)
    {
        var seconds = Math.Max(0, time.TotalSeconds);
        var place = Array.FindIndex(Bounds, bound => seconds <= bound);
        lock (_lock)
        {
            _counts[place < 0 ? Bounds.Length : place]++;
            _sum += seconds;
        }
    }

    protected override void WriteSamples(TextWriter target)
    {
        lock (_lock)
        {
            var total = 0L;
            for (var i = 0; i < _counts.Length; i++)
            {
                total += _counts[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                WriteSample(target, $"{Name}_bucket", Labels(["le"], [bound]), total);
            }

            WriteSample(target, $"{Name}_sum", "", _sum);
            WriteSample(target, $"{Name}_count", "", total);
        }
    }
}
