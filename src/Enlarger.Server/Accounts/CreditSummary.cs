using Dapper;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Accounts;

/// <summary>What a key's ledger tells about the credits that it was given.</summary>
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
            with grants as (
                select sum(credits) as granted, min(created_at) as first_grant, max(created_at) as last_grant
                from ledger where key_id = @Id and entry = 'grant' and credits > 0
            )
            select
                cast(coalesce((select granted from grants), 0) as bigint) as Granted,
                cast(coalesce(sum(credits) filter (where created_at < (select last_grant from grants)
                    or entry = 'grant'), 0) as bigint) as AfterLastGrant,
                (select first_grant from grants) as FirstGrant,
                max(created_at) as LastChange
            from ledger where key_id = @Id and credits <> 0
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
