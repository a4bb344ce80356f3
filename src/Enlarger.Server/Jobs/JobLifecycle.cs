using Enlarger.Server.Storage;

namespace Enlarger.Server.Jobs;

/// <summary>
/// Ties the jobs to the life of the server: what is open is closed before it listens, and again when it stops.
/// </summary>
internal sealed partial class JobLifecycle(
    JobQueue jobs,
    ResultCleanup sweep,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<JobLifecycle> log)
    : IHostedLifecycleService, IDisposable
{
    // A job is left open only where the database failed as well; it need not be noticed at once.
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the server goes on when it is told to stop, while <c>/readyz</c> says so already: time for whoever
    /// sends requests here to notice.
    /// </summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(2);

    private ITimer? _checks;

    // Before the web server is started, so that no caller sees the credits missing that a crash left reserved.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Where the disk is full, refunding needs what this frees.
        sweep.Clean();
        jobs.RefundAbandoned();
        _checks = time.CreateTimer(_ => Check(), state: null, BetweenChecks, BetweenChecks);
        return Task.CompletedTask;
    }

    // Before the web server stops, which waits for the answers to those who are still here.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Nobody is told where the server is embedded or was never ready.
        if (lifetime.ApplicationStarted.IsCancellationRequested && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(Notice, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        jobs.Stop();
    }

    // After the web server has stopped, and before the database is closed.
    public Task StopAsync(CancellationToken cancellationToken) => jobs.WhenEmptyAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _checks?.Dispose();

    private void Check()
    {
        try
        {
            jobs.RefundAbandoned();
        }
#pragma warning disable CA1031 // The next check tries again; an exception here would end the process.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogCheckFailed(error);
        }
    }

    [LoggerMessage(LogLevel.Error, "Jobs that were left open could not be looked for")]
    private partial void LogCheckFailed(Exception error);
}
