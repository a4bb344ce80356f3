namespace Enlarger.Server.Storage;

/// <summary>Deletes results that have expired, and at the start what a server that died left behind.</summary>
internal sealed partial class ResultCleanup(
    Database database, DataFolder folder, TimeProvider time, ILogger<ResultCleanup> log)
    : BackgroundService
{
    // Enough to find the file, too little to fetch it.
    private const int NameLettersLogged = 8;

    // An expired result is refused at once; sweeping only frees the disk.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>Removes what is left over, before the server takes requests: only while no job runs.</summary>
    public void Clean()
    {
        RemoveStrays();
        RunOnce();
    }

    /// <summary>Deletes the results that have expired. One that is being sent is sent to its end.</summary>
    public void RunOnce()
    {
        var names = database.Read(connection => ResultTable.ExpiredNames(connection, time.GetUtcNow()));
        // The file goes first: what stops in between leaves a row, which the next sweep finds.
        var gone = names.Where(TryDelete).ToList();
        if (gone.Count > 0)
        {
            database.Write(connection => gone.ForEach(name => ResultTable.Delete(connection, name)));
            LogSwept(gone.Count);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                RunOnce();
            }
            catch (Exception error)
            {
                // The database is busy or the disk is full. Sweeping is what may help, so it goes on.
                LogFailed(error);
            }
        }
    }

    // Files that no row knows: parts, results whose job was not settled, answers that were not sent. A job that runs
    // has its file before its row.
    private void RemoveStrays()
    {
        var known = database.Read(ResultTable.Names).ToHashSet(StringComparer.Ordinal);
        var strays = Directory.EnumerateFiles(folder.Results)
            .Select(path => Path.GetFileName(path))
            .Where(name => !known.Contains(name))
            .ToList();
        if (strays.Count(TryDelete) is > 0 and var gone)
        {
            LogStrays(gone);
        }
    }

    private bool TryDelete(string name)
    {
        try
        {
            File.Delete(Path.Combine(folder.Results, name));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogKept(name[..Math.Min(name.Length, NameLettersLogged)], error.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Count} expired results")]
    private partial void LogSwept(int count);

    [LoggerMessage(LogLevel.Information, "Deleted {Count} files that an earlier run left behind")]
    private partial void LogStrays(int count);

    // The exception's own words hold the whole name.
    [LoggerMessage(LogLevel.Warning, "Result {Name}... could not be deleted ({Reason}); the next sweep tries again")]
    private partial void LogKept(string name, string reason);

    [LoggerMessage(LogLevel.Error, "Expired results could not be swept; the next sweep tries again")]
    private partial void LogFailed(Exception error);
}
