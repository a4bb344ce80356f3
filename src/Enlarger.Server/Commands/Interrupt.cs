using System.Runtime.InteropServices;

namespace Enlarger.Server.Commands;

/// <summary>
/// Turns the first Ctrl-C, or the first request to end, into a cancellation, so that commands tidy up. The second
/// one ends the process at once.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    // What shells report of a process that a signal ended: 128 and the number of the signal.
    private const int ExitOfInterrupt = 130;
    private const int ExitOfTermination = 143;

    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;

    public Interrupt(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitOfInterrupt)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitOfTermination)),
        ];
    }

    public CancellationToken Token => _source.Token;

    public int ExitCode { get; private set; } = ExitOfInterrupt;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext signal, int exitCode)
    {
        if (_source.IsCancellationRequested)
        {
            return;
        }

        signal.Cancel = true;
        ExitCode = exitCode;
        _source.Cancel();
    }
}
