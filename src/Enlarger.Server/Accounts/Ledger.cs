using Dapper;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Accounts;

/// <summary>
/// Credits, as entries that are only ever added. A balance is their sum, kept beside them in the same transaction. of
/// the database see to it that a job is reserved once and closed once.
/// </summary>
internal static class Ledger
{
    public static void Grant(SqliteConnection connection, string keyId, long credits, DateTimeOffset now) =>
        Add(connection, keyId, jobId: null, "grant", credits, now);

    /// <summary>Takes <paramref name="credits"/> off the balance; false where there are too few.</summary>
    public static bool TryReserve(
        SqliteConnection connection, string keyId, string jobId, long credits, DateTimeOffset now)
    {
        var enough = connection.ExecuteScalar<long>(
            "select count(*) from keys where id = @keyId and balance >= @credits", new { keyId, credits }) == 1;
        if (enough)
        {
            Add(connection, keyId, jobId, "reserve", -credits, now);
        }

        return enough;
    }

    public static void Settle(SqliteConnection connection, string keyId, string jobId, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "settle", 0, now);

    public static void Refund(
        SqliteConnection connection, string keyId, string jobId, long credits, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "refund", credits, now);

    private static void Add(
        SqliteConnection connection, string keyId, string? jobId, string entry, long credits, DateTimeOffset now)
    {
        var row = new
        {
            id = Guid.CreateVersion7(now).ToString(),
            keyId,
            jobId,
            entry,
            credits,
            now = now.ToUnixTimeMilliseconds(),
        };
        connection.Execute(
            """
            insert into ledger (id, key_id, job_id, entry, credits, created_at)
            values (@id, @keyId, @jobId, @entry, @credits, @now)
            """,
            row);
        connection.Execute("update keys set balance = balance + @credits where id = @keyId", row);
    }
}
