using System.Runtime.ExceptionServices;

namespace Enlarger.Imaging.Vips;

/// <summary>
/// Carries the first exception of our callbacks across libvips, which only knows that one of them failed, and stops
/// them once the caller has cancelled.
/// </summary>
internal sealed class VipsCallbacks(CancellationToken cancel)
{
    private ExceptionDispatchInfo? _failure;

    /// <summary>Runs the body of a callback; false where this or an earlier one failed.</summary>
    public bool Try(Action body)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            return false;
        }

        try
        {
            cancel.ThrowIfCancellationRequested();
            body();
            return true;
        }
#pragma warning disable CA1031 // Nothing may unwind through native frames; the exception is rethrown behind them.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), comparand: null);
            return false;
        }
    }

    /// <summary>Rethrows what a callback threw, unchanged.</summary>
    public void ThrowIfFailed() => _failure?.Throw();
}
