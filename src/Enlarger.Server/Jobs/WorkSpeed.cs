namespace Enlarger.Server.Jobs;

/// <summary>How many pixels of results this machine makes in a second: measured, the last minute or so.</summary>
internal sealed class WorkSpeed(TimeProvider time)
{
    // Before anything was measured: what one slow core does.
    private const double PixelsPerSecondAtFirst = 1e6;

    // Long enough to average over pictures of all kinds, short enough to notice another model or another load.
    private const double SecondsRemembered = 60;

    private double _pixels = PixelsPerSecondAtFirst;
    private double _seconds = 1;
    private long _since = time.GetTimestamp();

    /// <summary>Time has passed, in which there was work or not.</summary>
    public void Pass(bool busy)
    {
        var now = time.GetTimestamp();
        if (busy)
        {
            _seconds += time.GetElapsedTime(_since, now).TotalSeconds;
        }

        _since = now;
        if (_seconds > SecondsRemembered)
        {
            _seconds /= 2;
            _pixels /= 2;
        }
    }

    public void Add(double pixels) => _pixels += pixels;

    /// <summary>How long so many pixels will take.</summary>
    public TimeSpan TimeFor(double pixels)
    {
        // With nothing done for long, the answer is a long time, and not more than can be said.
        const double SecondsMax = 86_400;
        return TimeSpan.FromSeconds(Math.Min(pixels * _seconds / Math.Max(1, _pixels), SecondsMax));
    }
}
