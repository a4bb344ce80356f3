namespace Enlarger.Tests.Jobs;

/// <summary>A stopwatch that moves when it is told to.</summary>
internal sealed class ManualTimestamps : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
