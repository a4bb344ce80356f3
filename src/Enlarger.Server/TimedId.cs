namespace Enlarger.Server;

/// <summary>Ids that sort by the time at which they were made.</summary>
internal static class TimedId
{
    /// <summary>
    /// A UUID of version 7. None can hold a time before 1970, which a clock without a battery may show: it then has the
    /// first that it can.
    /// </summary>
    public static Guid Make(DateTimeOffset now) =>
        Guid.CreateVersion7(now < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : now);
}
