using System.Diagnostics;

namespace Enlarger.Server.Commands;

/// <summary>Enlarges the pictures of a plan and reports each of them as it finishes.</summary>
internal sealed class UpscaleRun(
    UpscaleRequest request, ImageEnlarger enlarger, IUpscaleDisplay display, Terminal terminal)
{
    // Two, so that one picture is computed while the other is decoded or encoded, which occupies a single core. Each
    // more would hold another picture in memory and win nothing.
    private const int PicturesInFlightMax = 2;

    // What a pipe holds on Linux.
    private const int PipeReadBytes = 1 << 16;

    private readonly OutputFolders _folders = new();
    private EnlargeOptions _options = request.Options;
    private int _finished;
    private int _failed;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(UpscalePlan plan, CancellationToken cancel)
    {
        foreach (var fault in plan.Faults)
        {
            Report(new UpscaleReport(fault.Input, null, UpscaleReport.Failed, Error: fault.Reason), fault.Reason);
        }

        // The pictures share the threads. With all of them for each, they would wait for one another at every step.
        var threads = request.Options.Threads == 0 ? Environment.ProcessorCount : request.Options.Threads;
        var inFlight = Math.Clamp(plan.Items.Count, 1, Math.Min(PicturesInFlightMax, threads));
        _options = request.Options with { Threads = threads / inFlight };
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = inFlight, CancellationToken = cancel };
        try
        {
            await Parallel.ForEachAsync(
                plan.Items, parallel, async (item, stop) => await EnlargeAndReportAsync(item, stop));
        }
        catch (OperationCanceledException)
        {
            display.Say($"Stopped; {_finished} of {plan.Items.Count} pictures are finished.");
            throw;
        }
        finally
        {
            _folders.RemoveEmpty();
        }

        return _failed == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private async Task EnlargeAndReportAsync(UpscaleItem item, CancellationToken cancel)
    {
        if (!request.Force && !item.ToTerminal && File.Exists(item.Output))
        {
            if (!request.Quiet)
            {
                display.Say($"Skipped {item.Input}: {item.Output} is there already; --force makes it again.");
            }

            Finish(item, new UpscaleReport(item.Input, item.Output, UpscaleReport.Skipped));
            return;
        }

        try
        {
            var progress = display.Start(item);
            var report = await EnlargeAsync(item, progress, cancel);
            Finish(item, report);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            var reason = Explanation.Of(error);
            var report = new UpscaleReport(item.Input, item.Output, UpscaleReport.Failed, Error: reason);
            display.Finish(item, report);
            Report(report, $"{item.Input}: {reason}");
        }
    }

    private async Task<UpscaleReport> EnlargeAsync(
        UpscaleItem item, IProgress<double>? progress, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var options = _options with { Format = item.Format };
        EnlargeResult result;
        await using (var source = await OpenAsync(item.Input, cancel))
        {
            result = item.ToTerminal
                ? await WriteToTerminalAsync(source, options, progress, cancel)
                : await WriteToFileAsync(item, source, options, progress, cancel);
        }

        if (result.Frames > 1 && !request.Quiet)
        {
            display.Say($"{item.Input} has {result.Frames} frames; only the first was enlarged.");
        }

        return new UpscaleReport(
            item.Input,
            item.Output,
            UpscaleReport.Done,
            result.Result.Width,
            result.Result.Height,
            request.Options.Size is null
                ? request.Options.Scale
                : (double)result.Result.Width / result.Source.Width,
            result.Model,
            FormatNames.Of(result.Format),
            result.Fidelity,
            new UpscaleMilliseconds(
                Round(result.Times.Decode),
                Round(result.Times.Infer),
                Round(result.Times.Encode),
                Round(Stopwatch.GetElapsedTime(started))));
    }

    private async Task<Stream> OpenAsync(string input, CancellationToken cancel)
    {
        try
        {
            return input == UpscalePlan.Dash ? await ReadTerminalAsync(cancel) : File.OpenRead(input);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file cannot be read: {Explanation.Reason(error)}.");
        }
    }

    // A read of a pipe that stays silent cannot be cancelled, so Ctrl-C leaves it behind.
    private async Task<Stream> ReadTerminalAsync(CancellationToken cancel)
    {
        var whole = new MemoryStream();
        var part = new byte[PipeReadBytes];
        int count;
        do
        {
            count = await terminal.Input.ReadAsync(part, cancel).AsTask().WaitAsync(cancel);
            whole.Write(part, 0, count);
        }
        // A byte more than allowed is enough for the reader to refuse the picture.
        while (count > 0 && whole.Length <= request.Options.Limits.BytesMax);

        whole.Position = 0;
        return whole;
    }

    private async Task<EnlargeResult> WriteToFileAsync(
        UpscaleItem item,
        Stream source,
        EnlargeOptions options,
        IProgress<double>? progress,
        CancellationToken cancel)
    {
        try
        {
            using var file = OutputFile.Create(item.Output, _folders);
            var result = await enlarger.EnlargeAsync(source, file.Stream, options, progress, cancel);
            file.Keep(request.Force);
            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var folder = Path.GetDirectoryName(item.Output) is { Length: > 0 } path ? path : ".";
            throw new CommandException($"Nothing can be written to the folder {folder}: {Explanation.Reason(error)}.");
        }
    }

    // A program that reads the pipe must not take a part for a picture, so nothing goes out before all is well.
    private async Task<EnlargeResult> WriteToTerminalAsync(
        Stream source, EnlargeOptions options, IProgress<double>? progress, CancellationToken cancel)
    {
        await using var buffer = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            });
        var result = await enlarger.EnlargeAsync(source, buffer, options, progress, cancel);
        buffer.Position = 0;
        await buffer.CopyToAsync(terminal.Output, cancel);
        await terminal.Output.FlushAsync(cancel);
        return result;
    }

    private void Finish(UpscaleItem item, UpscaleReport report)
    {
        Interlocked.Increment(ref _finished);
        display.Finish(item, report);
        if (request.Json)
        {
            display.Print(CommandJson.Line(report));
        }
        else if (!item.ToTerminal)
        {
            display.Print(item.Output);
        }
    }

    private void Report(UpscaleReport failure, string line)
    {
        Interlocked.Increment(ref _failed);
        display.Say($"enlarger: {line}");
        if (request.Json)
        {
            display.Print(CommandJson.Line(failure));
        }
    }

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
