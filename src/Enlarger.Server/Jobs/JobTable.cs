using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Jobs;

/// <summary>The jobs, and with them the credits: a job and its credits change in one transaction.</summary>
internal sealed class JobTable(Database database, TimeProvider time)
{
    /// <summary>Reserves the credits and enters the job.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.CreditsInsufficient"/> or <see cref="Fault.AlreadyEnlarged"/>.
    /// </exception>
    public void Enter(Guid id, EnlargeJob job, long credits, long resultPixels)
    {
        var now = time.GetUtcNow();
        try
        {
            database.Write(connection =>
            {
                Insert(connection, id, job, credits, resultPixels, now);
                if (!Ledger.TryReserve(connection, job.Account.Id, id.ToString(), credits, now))
                {
                    throw new FaultException(
                        Fault.CreditsInsufficient, $"This costs {credits} credits, more than the key has.");
                }
            });
        }
        catch (SqliteException error) when (Database.IsDuplicate(error) && job.Parent is not null)
        {
            throw new FaultException(Fault.AlreadyEnlarged, "The result was enlarged before.", error);
        }
    }

    /// <summary>Enters the result and settles. After this, the job was done, whatever happens.</summary>
    /// <returns>The balance of the key.</returns>
    public long Settle(Guid id, EnlargeJob job, StoredResult result)
    {
        var now = time.GetUtcNow();
        try
        {
            return database.Write(connection =>
            {
                ResultTable.Insert(connection, result, id);
                if (!TryClose(connection, id, "done", reason: null, now))
                {
                    throw new InvalidOperationException($"Job {id} was closed before.");
                }

                Ledger.Settle(connection, job.Account.Id, id.ToString(), now);
                return Balance(connection, job.Account.Id);
            });
        }
        catch (SqliteException) when (database.Read(connection => IsDone(connection, id)))
        {
            // The commit complained after it had taken effect.
            return database.Read(connection => Balance(connection, job.Account.Id));
        }
    }

    /// <summary>Gives the credits back, unless the job was closed before.</summary>
    /// <returns>Whether the job has failed; false where it had been settled.</returns>
    public bool Fail(Guid id, string keyId, long credits, string reason)
    {
        var now = time.GetUtcNow();
        return database.Write(connection =>
        {
            if (TryClose(connection, id, "failed", reason, now))
            {
                Ledger.Refund(connection, keyId, id.ToString(), credits, now);
            }

            return !IsDone(connection, id);
        });
    }

    /// <summary>Gives back what was reserved for jobs that nobody runs any more.</summary>
    /// <returns>How many there were.</returns>
    public int FailAbandoned(Func<Guid, bool> isRun, string reason)
    {
        var now = time.GetUtcNow();
        return database.Write(connection =>
        {
            var abandoned = connection
                .Query<UnfinishedJob>("select id, key_id as KeyId, credits from jobs where state = 'waiting'")
                .Where(job => !isRun(Guid.Parse(job.Id)))
                .ToList();
            foreach (var job in abandoned)
            {
                TryClose(connection, Guid.Parse(job.Id), "failed", reason, now);
                Ledger.Refund(connection, job.KeyId, job.Id, job.Credits, now);
            }

            return abandoned.Count;
        });
    }

    private static void Insert(
        SqliteConnection connection, Guid id, EnlargeJob job, long credits, long resultPixels, DateTimeOffset now) =>
        connection.Execute(
            """
            insert into jobs (id, key_id, vendor, operation, state, credits, source_width, source_height,
                result_pixels, parent_id, created_at)
            values (@id, @keyId, @Vendor, @Operation, 'waiting', @credits, @Width, @Height,
                @resultPixels, @parent, @now)
            """,
            new
            {
                id = id.ToString(),
                keyId = job.Account.Id,
                job.Vendor,
                job.Operation,
                credits,
                job.Source.Width,
                job.Source.Height,
                resultPixels,
                parent = job.Parent?.ToString(),
                now = now.ToUnixTimeMilliseconds(),
            });

    private static bool TryClose(
        SqliteConnection connection, Guid id, string state, string? reason, DateTimeOffset now) =>
        connection.Execute(
            "update jobs set state = @state, reason = @reason, finished_at = @now where id = @id and state = 'waiting'",
            new { id = id.ToString(), state, reason, now = now.ToUnixTimeMilliseconds() }) == 1;

    private static bool IsDone(SqliteConnection connection, Guid id) =>
        connection.ExecuteScalar<long>(
            "select count(*) from jobs where id = @id and state = 'done'", new { id = id.ToString() }) == 1;

    private static long Balance(SqliteConnection connection, string keyId) =>
        connection.ExecuteScalar<long>("select balance from keys where id = @keyId", new { keyId });

    // Dapper fills it.
    private sealed class UnfinishedJob
    {
        public required string Id { get; init; }

        public required string KeyId { get; init; }

        public required long Credits { get; init; }
    }
}
