using Dapper;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Accounts;

/// <summary>What became of the credits that a key was given.</summary>
/// <param name="Granted">All credits that were ever given.</param>
/// <param name="AfterLastGrant">The balance after credits were given for the last time.</param>
/// <param name="FirstGrant">Null where none were ever given.</param>
/// <param name="LastChange">When the balance changed last; null where it never did.</param>
internal sealed record CreditSummary(
    long Granted, long AfterLastGrant, DateTimeOffset? FirstGrant, DateTimeOffset? LastChange)
{
    public static CreditSummary Read(Database database, Account account)
    {
        var row = database.Read(connection => connection.QuerySingle<Row>(
            """
            select granted, after_last_grant as AfterLastGrant, first_grant_at as FirstGrant, changed_at as LastChange
            from keys where id = @Id
            """,
            new { account.Id }));
        return new CreditSummary(row.Granted, row.AfterLastGrant, Time(row.FirstGrant), Time(row.LastChange));
    }

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    private sealed class Row
    {
        public long Granted { get; init; }

        public long AfterLastGrant { get; init; }

        public long? FirstGrant { get; init; }

        public long? LastChange { get; init; }
    }
}
