namespace Enlarger.Server.Accounts;

/// <summary>Who a key belongs to, and what it may do.</summary>
internal sealed record Account
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Credits left. Reservations of running jobs are already taken off.</summary>
    public required long Balance { get; init; }

    public required int RatePerMinute { get; init; }

    public required int ConcurrentMax { get; init; }
}
