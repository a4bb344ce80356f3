namespace Enlarger.Server.Jobs;

/// <summary>How many pixels of results this machine makes in a second: measured, the last minute or so.</summary>
/// <remarks>
/// It counts what lies between two reports of a job. Before its first one a job decodes its picture, for which no
/// pixels can be counted, and so no time is.
/// </remarks>
internal sealed class ThroughputEstimator(TimeProvider time)
{
    // Less says little: the first rows wait for code to be compiled and for caches to be filled.
    private const double SecondsMin = 1;

    // Long enough to average over pictures of all kinds, short enough to notice another model or another load.
    private const double SecondsRemembered = 60;

    private double _pixels;
    private double _seconds;
    private long _since = time.GetTimestamp();

    /// <summary>
    /// Seconds of this machine that each of the jobs has had that always ran: jobs that run together share them.
    /// </summary>
    public double SecondsShared { get; private set; }

    private bool IsKnown => _seconds >= SecondsMin;

    /// <summary>Time has passed, in which so many jobs ran.</summary>
    public void Pass(int running)
    {
        var now = time.GetTimestamp();
        if (running > 0)
        {
            SecondsShared += time.GetElapsedTime(_since, now).TotalSeconds / running;
        }

        _since = now;
    }

    /// <summary>Counts pixels, and the part of <see cref="SecondsShared"/> in which a job made them.</summary>
    public void Add(double pixels, double seconds)
    {
        _pixels += pixels;
        _seconds += seconds;
        if (_seconds > SecondsRemembered)
        {
            _seconds /= 2;
            _pixels /= 2;
        }
    }

    /// <summary>How many pixels can be made in so long; infinitely many while nothing is known.</summary>
    public double PixelsIn(TimeSpan span) =>
        IsKnown ? span.TotalSeconds * _pixels / _seconds : double.PositiveInfinity;

    /// <summary>How long so many pixels will take; no time while nothing is known.</summary>
    public TimeSpan TimeFor(double pixels)
    {
        // With nothing done for long, the answer is a long time, and not more than can be said.
        const double SecondsMax = 86_400;
        return IsKnown
            ? TimeSpan.FromSeconds(Math.Min(pixels * _seconds / Math.Max(1, _pixels), SecondsMax))
            : TimeSpan.Zero;
    }
}
