namespace Enlarger.Server.Observability;

/// <summary>
/// Leaves signals to the command line, which ends the process on the second one. The framework's own lifetime would
/// swallow that.
/// </summary>
internal sealed class HostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
