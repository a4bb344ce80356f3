using System.Diagnostics;
using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>Enlarges the pictures of a plan and reports each of them as it finishes.</summary>
internal sealed class UpscaleRun(
    UpscaleRequest request, ImageEnlarger enlarger, IUpscaleDisplay display, ConsoleStreams streams)
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
    private int _unprinted;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(UpscalePlan plan, CancellationToken cancel)
    {
        foreach (var fault in plan.Faults)
        {
            Report(new UpscaleReport(fault.Input, null, UpscaleReport.Failed, Error: fault.Reason), fault.Reason);
        }

        if (plan.LeftOut > 0 && !request.Quiet)
        {
            display.Say($"Left out as results of earlier runs, by their names: {plan.LeftOut}.");
        }

        if (ImageCodecs.Warning is { } warning && !request.Quiet)
        {
            display.Say(warning);
        }

        foreach (var unread in plan.Unread)
        {
            Report(unread);
        }

        foreach (var item in plan.Items.Where(item => !item.ToTerminal && !item.ToSpecialFile))
        {
            _folders.RemoveLeftovers(item.Output);
        }

        // What is only skipped takes no threads from the rest.
        var items = plan.Items.Where(item => !IsSkipped(item)).ToList();

        // The pictures share the threads. With all of them for each, they would wait for one another at every step.
        var threads = request.Options.Threads == 0 ? Environment.ProcessorCount : request.Options.Threads;
        var inFlight = Math.Clamp(items.Count, 1, Math.Min(PicturesInFlightMax, threads));
        // Rounded up, as of an odd number one would have nothing to do.
        _options = request.Options with { Threads = (threads + inFlight - 1) / inFlight };
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = inFlight, CancellationToken = cancel };
        try
        {
            await Parallel.ForEachAsync(
                items, parallel, (item, stop) => new ValueTask(EnlargeAndReportAsync(item, stop)));
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

        return _failed + _unprinted == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private bool IsSkipped(UpscaleItem item)
    {
        if (request.Force || item.ToTerminal || item.ToSpecialFile || !File.Exists(item.Output))
        {
            return false;
        }

        if (!request.Quiet)
        {
            display.Say($"Skipped {item.Input}: {item.Output} is there already; --force makes it again.");
        }

        Finish(item, new UpscaleReport(item.Input, item.Output, UpscaleReport.Skipped));
        return true;
    }

    private async Task EnlargeAndReportAsync(UpscaleItem item, CancellationToken cancel)
    {
        // Another run may have made it meanwhile.
        if (IsSkipped(item))
        {
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
            var reason = ErrorMessages.Of(error);
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
            result = item.ToTerminal || item.ToSpecialFile
                ? await WriteToStreamAsync(item, source, options, progress, cancel)
                : await WriteToFileAsync(item, source, options, progress, cancel);
        }

        if (result.UnknownWords.Count > 0 && !request.Quiet)
        {
            display.Say($"Left out, as no words of style: {string.Join(", ", result.UnknownWords)}.");
        }

        string[] notes = [.. item.Notes, .. result.Notes];
        foreach (var note in request.Quiet ? [] : notes)
        {
            display.Say($"{item.Input}: {note}");
        }

        return new UpscaleReport(
            item.Input,
            item.Output,
            UpscaleReport.Done,
            result.Result.Width,
            result.Result.Height,
            Scale(result),
            result.Model,
            UpscaleChoice.Of(result.Traits),
            Math.Round(result.Restored, 3),
            FormatNames.Of(result.Format),
            result.Quality,
            result.Fidelity,
            options.Enhance?.Prompt.Length > 0 ? result.UnknownWords : null,
            result.Frames - 1,
            notes,
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
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw input == UpscalePlan.Dash
                ? new CommandException($"Standard input cannot be read: {ErrorMessages.Reason(error)}.")
                : Unreadable(error);
        }
    }

    private static CommandException Unreadable(Exception error) =>
        new($"The file cannot be read: {ErrorMessages.Reason(error)}.");

    // A read of a pipe that stays silent cannot be cancelled, so Ctrl-C leaves it behind.
    private async Task<Stream> ReadTerminalAsync(CancellationToken cancel)
    {
        var whole = new MemoryStream();
        var part = new byte[PipeReadBytes];
        int count;
        do
        {
            count = await streams.Input.ReadAsync(part, cancel).AsTask().WaitAsync(cancel);
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
            var result = await ComputeAsync(
                source, new GuardedStream(file.Stream, Unwritable), options, progress, cancel);
            file.Keep(request.Force);
            return result;
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw Unwritable(error);
        }

        CommandException Unwritable(Exception error)
        {
            var folder = Path.GetDirectoryName(item.Output) is { Length: > 0 } path ? path : ".";
            return new CommandException(
                $"Nothing can be written to the folder {folder}: {ErrorMessages.Reason(error)}.");
        }
    }

    // Both streams speak for themselves, so that what is left comes of the temporary file that some formats need.
    private async Task<EnlargeResult> ComputeAsync(
        Stream source,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress,
        CancellationToken cancel)
    {
        try
        {
            return await enlarger.EnlargeAsync(
                new GuardedStream(source, Unreadable), target, options, progress, cancel);
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw TemporaryFolderUnusable(error);
        }
    }

    private static CommandException TemporaryFolderUnusable(Exception error) =>
        new($"The temporary folder {Path.GetTempPath()} cannot be used: {ErrorMessages.Reason(error)}.");

    // Of what is cut off on one side, the other side tells how much larger the picture has become.
    private double Scale(EnlargeResult result)
    {
        var across = (double)result.Result.Width / result.Source.Width;
        return request.Options switch
        {
            { Size: null, Megapixels: null } => request.Options.Scale,
            { Fit: SizeFit.Cover } => Math.Max(across, (double)result.Result.Height / result.Source.Height),
            _ => across,
        };
    }

    // A program that reads the pipe must not take a part for a picture, so nothing goes out before all is well.
    private async Task<EnlargeResult> WriteToStreamAsync(
        UpscaleItem item,
        Stream source,
        EnlargeOptions options,
        IProgress<double>? progress,
        CancellationToken cancel)
    {
        try
        {
            await using var buffer = NewBuffer();
            var result = await ComputeAsync(source, buffer, options, progress, cancel);
            buffer.Position = 0;
            if (item.ToTerminal)
            {
                await buffer.CopyToAsync(new GuardedStream(streams.Output, ConsoleStreams.Unprintable), cancel);
                await streams.Output.FlushAsync(cancel);
            }
            else
            {
                await SpecialFiles.WriteAsync(item.Output, buffer, cancel);
            }

            return result;
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw TemporaryFolderUnusable(error);
        }
    }

    private static FileStream NewBuffer()
    {
        var buffer = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            });
        if (!OperatingSystem.IsWindows())
        {
            // Without a name, nothing is left of it where the process is killed. Windows sees to that itself.
            File.Delete(buffer.Name);
        }

        return buffer;
    }

    private void Finish(UpscaleItem item, UpscaleReport report)
    {
        Interlocked.Increment(ref _finished);
        display.Finish(item, report);
        if (request.Json)
        {
            Print(CommandJson.Line(report));
        }
        else if (!item.ToTerminal)
        {
            Print(item.Output);
        }
    }

    private void Report(UpscaleReport failure, string line)
    {
        Interlocked.Increment(ref _failed);
        display.Say($"enlarger: {line}");
        if (request.Json)
        {
            Print(CommandJson.Line(failure));
        }
    }

    // Nothing has failed: these pictures were not asked for by name.
    private void Report(UnreadPictures unread)
    {
        if (!request.Quiet)
        {
            display.Say(unread.ToLine());
        }

        if (request.Json)
        {
            Print(CommandJson.Line(
                new UpscaleReport(unread.Folder, null, UpscaleReport.IsLeftOut, LeftOut: unread.Kinds)));
        }
    }

    // A picture that is finished stays so, even where nobody can be told.
    private void Print(string result)
    {
        try
        {
            display.Print(result);
        }
        catch (CommandException error)
        {
            if (Interlocked.Exchange(ref _unprinted, 1) == 0)
            {
                display.Say($"enlarger: {error.Message}");
            }
        }
    }

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
