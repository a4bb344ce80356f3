using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Accounts;

/// <summary>
/// Credits, as entries that are only ever added. A balance is their sum, kept beside them in the same transaction.
/// Indexes and triggers of the database see to it that a job is reserved once and closed once, as it was reserved.
/// </summary>
internal static class Ledger
{
    // What must never be found: a query for ids, and what it means of each.
    private static readonly (string Query, string Meaning)[] Contradictions =
    [
        ("""
         select keys.id from keys
         where balance <> (select coalesce(sum(credits), 0) from ledger where key_id = keys.id)
         """, "The balance of key {0} is not the sum of its entries."),
        ("select id from keys where balance < 0", "The balance of key {0} is negative."),
        ("""
         select id from jobs
         where 1 <> (select count(*) from ledger where job_id = jobs.id and entry = 'reserve')
         """, "Job {0} was not reserved exactly once."),
        ("""
         select jobs.id from jobs join ledger on ledger.job_id = jobs.id
         where ledger.key_id <> jobs.key_id
         """, "Job {0} was charged to another key."),
        ("""
         select jobs.id from jobs join ledger on ledger.job_id = jobs.id
         where (entry = 'reserve' and ledger.credits <> -jobs.credits)
             or (entry = 'refund' and ledger.credits <> jobs.credits)
             or (entry = 'settle' and ledger.credits <> 0)
         """, "An entry of job {0} has not the credits of the job."),
        ("""
         select id from jobs
         where state = 'waiting'
             and exists (select 1 from ledger where job_id = jobs.id and entry in ('settle', 'refund'))
         """, "Job {0} waits, but its credits are closed."),
        ("""
         select id from jobs
         where state = 'done' and 1 <> (select count(*) from ledger where job_id = jobs.id and entry = 'settle')
         """, "Job {0} is done, but was not settled exactly once."),
        ("""
         select id from jobs
         where state = 'failed' and 1 <> (select count(*) from ledger where job_id = jobs.id and entry = 'refund')
         """, "Job {0} failed, but was not refunded exactly once."),
        ("""
         select id from jobs
         where exists (select 1 from ledger where job_id = jobs.id and entry = 'settle')
             and exists (select 1 from ledger where job_id = jobs.id and entry = 'refund')
         """, "Job {0} was settled and refunded."),
        ("""
         select jobs.id from results join jobs on jobs.id = results.job_id
         where jobs.state <> 'done'
         """, "Job {0} has a result, but is not done."),
    ];

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

    /// <summary>Closes a job that was done: what was reserved for it is spent.</summary>
    public static void Settle(SqliteConnection connection, string keyId, string jobId, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "settle", 0, now);

    /// <summary>Closes a job that failed: what was reserved for it comes back.</summary>
    public static void Refund(
        SqliteConnection connection, string keyId, string jobId, long credits, DateTimeOffset now) =>
        Add(connection, keyId, jobId, "refund", credits, now);

    /// <summary>Every contradiction between keys, jobs, results and the ledger, as a sentence. There are none.</summary>
    public static IReadOnlyList<string> Audit(SqliteConnection connection) =>
    [
        .. from contradiction in Contradictions
           from id in connection.Query<string>(contradiction.Query)
           select string.Format(CultureInfo.InvariantCulture, contradiction.Meaning, id),
    ];

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
