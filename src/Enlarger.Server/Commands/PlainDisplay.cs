namespace Enlarger.Server.Commands;

/// <summary>Lines, for logs and pipes: one when a picture begins and one when it is done.</summary>
internal sealed class PlainDisplay(ConsoleStreams streams, bool quiet) : IUpscaleDisplay
{
    private readonly Lock _lock = new();

    public IProgress<double>? Start(UpscaleItem item)
    {
        if (!quiet)
        {
            Say($"Enlarging {item.Input}");
        }

        return null;
    }

    public void Finish(UpscaleItem item, UpscaleReport report)
    {
        if (!quiet && report.Status == UpscaleReport.Done)
        {
            Say(report.ToLine());
        }
    }

    public void Print(string result)
    {
        lock (_lock)
        {
            streams.Out.WriteLine(result);
        }
    }

    public void Say(string line)
    {
        lock (_lock)
        {
            streams.Error.WriteLine(line);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
