using System.Globalization;
using Enlarger.Server.Jobs;

namespace Enlarger.Server.Observability;

/// <summary>The figures at <c>/metrics</c>.</summary>
internal sealed class ServerMetrics
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Counter _requests = new(
        "enlarger_requests_total", "Requests answered, by vendor and HTTP status.", "vendor", "status");

    private readonly Counter _credits = new(
        "enlarger_credits_spent_total", "Credits paid for finished jobs, by vendor.", "vendor");

    private readonly Counter _pixels = new(
        "enlarger_result_pixels_total", "Pixels of results, by vendor.", "vendor");

    private readonly Histogram _fetch = new(
        "enlarger_fetch_seconds", "Fetching a picture from its address.");

    private readonly Histogram _queue = new(
        "enlarger_queue_seconds", "Waiting for a turn.");

    private readonly Histogram _decode = new(
        "enlarger_decode_seconds", "Decoding a picture.");

    private readonly Histogram _infer = new(
        "enlarger_infer_seconds", "Running the network, or interpolating.");

    private readonly Histogram _encode = new(
        "enlarger_encode_seconds", "Encoding a result, beyond what overlaps the network.");

    private readonly Histogram _overhead = new(
        "enlarger_overhead_seconds", "Everything else in a request with a finished job, such as reading its body.");

    private readonly IReadOnlyList<Metric> _all;

    public ServerMetrics(JobQueue jobs, TimeProvider time)
    {
        var started = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _all =
        [
            _requests,
            _credits,
            _pixels,
            new Gauge("enlarger_queue_jobs", "Jobs that wait or run.", () => jobs.Load.Waiting + jobs.Load.Running),
            new Gauge(
                "enlarger_queue_megapixels",
                "Megapixels of the results of jobs that wait or run.",
                () => jobs.Load.Megapixels),
            new Gauge(
                "enlarger_backlog_seconds", "Time until these are done.", () => jobs.Load.Backlog.TotalSeconds),
            _fetch,
            _queue,
            _decode,
            _infer,
            _encode,
            _overhead,
            new Gauge(
                "process_resident_memory_bytes", "Memory of the process.", () => Environment.WorkingSet),
            new Gauge(
                "process_cpu_seconds_total",
                "Time of processors used.",
                () => Environment.CpuUsage.TotalTime.TotalSeconds,
                "counter"),
            new Gauge("process_start_time_seconds", "When the process began, Unix time.", () => started),
        ];
    }

    public void Observe(RequestRecord record, string vendor, int status, TimeSpan total)
    {
        _requests.Add(1, vendor, status.ToString(CultureInfo.InvariantCulture));
        if (record.Fetch is { } fetch)
        {
            _fetch.Observe(fetch);
        }

        if (record.Job is not { } job)
        {
            return;
        }

        _credits.Add(job.Credits, vendor);
        _pixels.Add((double)job.Enlarged.Result.Width * job.Enlarged.Result.Height, vendor);
        var times = job.Times.Engine;
        _queue.Observe(job.Times.Waited);
        _decode.Observe(times.Decode);
        _infer.Observe(times.Infer);
        _encode.Observe(times.Encode);
        var explained = job.Times.Waited + times.Decode + times.Infer + times.Encode + (record.Fetch ?? TimeSpan.Zero);
        _overhead.Observe(total - explained);
    }

    public string ToText()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var metric in _all)
        {
            metric.WriteTo(text);
        }

        return text.ToString();
    }
}
