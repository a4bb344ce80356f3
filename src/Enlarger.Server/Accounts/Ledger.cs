using Dapper;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Accounts;

/// <summary>
/// Credits, as entries that are only ever added. A balance is their sum, kept beside them in the same transaction.
/// Indexes and triggers of the database see to it that a job is reserved once and closed once, as it was reserved.
/// </summary>
internal static class Ledger
{
    public static void Grant(SqliteConnection connection, string keyId, long credits, DateTimeOffset now)
    {
        Add(connection, keyId, jobId: null, "grant", credits, now);
        connection.Execute(
            """
            update keys set granted = granted + @credits, after_last_grant = balance,
                first_grant_at = coalesce(first_grant_at, @now)
            where id = @keyId and @credits > 0
            """,
            new { keyId, credits, now = now.ToUnixTimeMilliseconds() });
    }

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

    /// <summary>Closes a job that was done: what was reserved for it is spent.</summary>
    public static void Settle(SqliteConnection connection, string keyId, string jobId, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "settle", 0, now);

    /// <summary>Closes a job that failed: what was reserved for it comes back.</summary>
    public static void Refund(
        SqliteConnection connection, string keyId, string jobId, long credits, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "refund", credits, now);

    /// <summary>Every contradiction between keys, jobs, results and ledger, as a sentence: normally empty.</summary>
    public static IReadOnlyList<string> Audit(SqliteConnection connection) =>
        [.. AuditKeys(connection), .. AuditJobs(connection), .. AuditResults(connection)];

    private static IEnumerable<string> AuditKeys(SqliteConnection connection) =>
        from key in connection.Query<(string Id, long Balance, long Sum, long Granted, long Grants)>(
            """
            select id, balance, (select coalesce(sum(credits), 0) from ledger where key_id = keys.id), granted,
                (select coalesce(sum(credits), 0) from ledger where key_id = keys.id and entry = 'grant')
            from keys
            """)
        where key.Balance < 0 || key.Balance != key.Sum || key.Granted != key.Grants
        select $"Key {key.Id} has a balance of {key.Balance}, and entries of {key.Sum}; it was granted {key.Granted}, "
            + $"and entries of that are {key.Grants}.";

    private static IEnumerable<string> AuditJobs(SqliteConnection connection) =>
        connection.Query<JobEntries>(
            """
            select jobs.id, state,
                sum(case when entry = 'reserve' then 1 else 0 end) as Reserved,
                sum(case when entry = 'settle' then 1 else 0 end) as Settled,
                sum(case when entry = 'refund' then 1 else 0 end) as Refunded,
                sum(case when ledger.key_id <> jobs.key_id then 1 else 0 end) as OfOtherKeys,
                sum(case when ledger.credits <> case entry
                        when 'reserve' then -jobs.credits
                        when 'refund' then jobs.credits
                        else 0
                    end then 1 else 0 end) as OfOtherCredits
            from jobs left join ledger on ledger.job_id = jobs.id
            group by jobs.id, state
            """).SelectMany(Audit);

    private static IEnumerable<string> Audit(JobEntries job)
    {
        if (job.Reserved != 1)
        {
            yield return $"Job {job.Id} was reserved {job.Reserved} times.";
        }

        var (settled, refunded) = job.State switch
        {
            "done" => (1, 0),
            "failed" => (0, 1),
            _ => (0, 0),
        };
        if (job.Settled != settled || job.Refunded != refunded)
        {
            yield return
                $"Job {job.Id} is {job.State}, and was settled {job.Settled} and refunded {job.Refunded} times.";
        }

        if (job.OfOtherKeys > 0)
        {
            yield return $"Job {job.Id} was charged to another key.";
        }

        if (job.OfOtherCredits > 0)
        {
            yield return $"Job {job.Id} has entries of other credits than it costs.";
        }
    }

    private static IEnumerable<string> AuditResults(SqliteConnection connection) =>
        from job in connection.Query<string>(
            "select jobs.id from results join jobs on jobs.id = results.job_id where state <> 'done'")
        select $"Job {job} has a result, but is not done.";

    private static void Add(
        SqliteConnection connection, string keyId, string? jobId, string entry, long credits, DateTimeOffset now)
    {
        var row = new
        {
            id = TimedId.Make(now).ToString(),
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
        connection.Execute(
            """
            update keys set balance = balance + @credits,
                changed_at = case when @credits <> 0 then @now else changed_at end
            where id = @keyId
            """,
            row);
    }

    private sealed class JobEntries
    {
        public required string Id { get; init; }

        public required string State { get; init; }

        public required long Reserved { get; init; }

        public required long Settled { get; init; }

        public required long Refunded { get; init; }

        public required long OfOtherKeys { get; init; }

        public required long OfOtherCredits { get; init; }
    }
}
