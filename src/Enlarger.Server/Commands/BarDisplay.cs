using Spectre.Console;

namespace Enlarger.Server.Commands;

/// <summary>Bars on a terminal: one for each picture in flight and, of several, one for all of them.</summary>
internal sealed class BarDisplay : IUpscaleDisplay
{
    private readonly ConsoleStreams _streams;
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly Task _drawing;
    private readonly TaskCompletionSource _finished;
    private readonly ProgressTask? _total;
    private readonly Lock _lock = new();
    private readonly Dictionary<UpscaleItem, ProgressTask> _bars = [];

    private BarDisplay(
        ConsoleStreams streams,
        IAnsiConsole console,
        ProgressContext context,
        Task drawing,
        TaskCompletionSource finished,
        int pictures)
    {
        _streams = streams;
        _console = console;
        _context = context;
        _drawing = drawing;
        _finished = finished;
        _total = pictures > 1 ? context.AddTask($"{pictures} pictures", maxValue: pictures) : null;
    }

    /// <summary>Begins to draw, until the display is disposed of.</summary>
    public static async Task<IUpscaleDisplay> StartAsync(ConsoleStreams streams, int pictures)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(streams.Error) });
        var started = new TaskCompletionSource<ProgressContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var drawing = console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn())
            .StartAsync(context =>
            {
                started.SetResult(context);
                return finished.Task;
            });
        return new BarDisplay(streams, console, await started.Task, drawing, finished, pictures);
    }

    public IProgress<double>? Start(UpscaleItem item)
    {
        lock (_lock)
        {
            var bar = _context.AddTask(Markup.Escape(Path.GetFileName(item.Input)), maxValue: 1);
            _bars.Add(item, bar);
            return new BarProgress(this, bar);
        }
    }

    public void Finish(UpscaleItem item, UpscaleReport report)
    {
        // The bar goes away, and with it all that it said.
        if (report.Status == UpscaleReport.Done)
        {
            Say(report.ToLine());
        }

        lock (_lock)
        {
            if (_bars.Remove(item, out var bar))
            {
                Advance(bar, 1);
                bar.StopTask();
            }
            else
            {
                _total?.Increment(1);
            }
        }
    }

    // On a screen that both streams share, the result has to be drawn above the bars.
    public void Print(string result)
    {
        if (_streams.OutInteractive)
        {
            Say(result);
            return;
        }

        lock (_lock)
        {
            _streams.Out.WriteLine(result);
        }
    }

    public void Say(string line) => _console.WriteLine(line);

    public async ValueTask DisposeAsync()
    {
        _finished.SetResult();
        await _drawing;
    }

    private void Advance(ProgressTask bar, double part)
    {
        lock (_lock)
        {
            _total?.Increment(Math.Max(0, part - bar.Value));
            bar.Value = Math.Max(part, bar.Value);
        }
    }

    // Not Progress<T>, which reports later, from another thread and out of order.
    private sealed class BarProgress(BarDisplay display, ProgressTask bar) : IProgress<double>
    {
        public void Report(double value) => display.Advance(bar, value);
    }
}
