using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Jobs;

/// <summary>The jobs, and with them the credits: a job and its credits change in one transaction.</summary>
internal sealed class JobTable(Database database, TimeProvider time)
{
    // SQLITE_CONSTRAINT_UNIQUE
    private const int UniqueViolated = 2067;

    /// <summary>Reserves the credits and enters the job.</summary>
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
        catch (SqliteException error) when (error.SqliteExtendedErrorCode == UniqueViolated && job.Parent is not null)
        {
            throw new FaultException(Fault.AlreadyEnlarged, "The result was enlarged before.", error);
        }
    }

    /// <summary>Enters the result and settles. After this, the job was done, whatever happens.</summary>
    public long Settle(Guid id, EnlargeJob job, StoredResult result)
    {
        var now = time.GetUtcNow();
        return database.Write(connection =>
        {
            ResultTable.Insert(connection, result, id);
            Close(connection, id, "done", reason: null, now);
            Ledger.Settle(connection, job.Account.Id, id.ToString(), now);
            return connection.ExecuteScalar<long>(
                "select balance from keys where id = @Id", new { job.Account.Id });
        });
    }

    /// <summary>Gives the credits back.</summary>
    public void Fail(Guid id, string keyId, long credits, string reason)
    {
        var now = time.GetUtcNow();
        database.Write(connection =>
        {
            Close(connection, id, "failed", reason, now);
            Ledger.Refund(connection, keyId, id.ToString(), credits, now);
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

    private static void Close(SqliteConnection connection, Guid id, string state, string? reason, DateTimeOffset now)
    {
        var changed = connection.Execute(
            "update jobs set state = @state, reason = @reason, finished_at = @now where id = @id and state = 'waiting'",
            new { id = id.ToString(), state, reason, now = now.ToUnixTimeMilliseconds() });
        if (changed != 1)
        {
            throw new InvalidOperationException($"Job {id} was closed before.");
        }
    }
}
