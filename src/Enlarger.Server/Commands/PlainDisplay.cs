using System.Globalization;

namespace Enlarger.Server.Commands;

/// <summary>Lines, for logs and pipes: one when a picture begins and one when it is done.</summary>
internal sealed class PlainDisplay(TextWriter output, bool quiet) : IUpscaleDisplay
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
            Say(DoneLine(item, report));
        }
    }

    public void Say(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static string DoneLine(UpscaleItem item, UpscaleReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Done {item.Input}: {report.Width}x{report.Height} in {report.Milliseconds!.Total / 1000:F1} s");
}
