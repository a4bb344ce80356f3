using Dapper;
using Enlarger.Imaging;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Storage;

/// <summary>Which results can be fetched. A file without a row is rubbish.</summary>
internal static class ResultTable
{
    /// <summary>Enters a result, whose file is there already, in the transaction that closes its job.</summary>
    public static void Insert(SqliteConnection connection, StoredResult result, Guid jobId)
    {
        if (result.ForAnswerOnly)
        {
            return;
        }

        connection.Execute(
            """
            insert into results (name, job_id, media_type, bytes, created_at, expires_at)
            values (@Name, @jobId, @mediaType, @Bytes, @created, @expires)
            """,
            new
            {
                result.Name,
                jobId = jobId.ToString(),
                mediaType = result.Format.MediaType(),
                result.Bytes,
                created = result.Created.ToUnixTimeMilliseconds(),
                expires = result.Expires?.ToUnixTimeMilliseconds(),
            });
    }

    /// <summary>A result that has not expired; null where there is none.</summary>
    public static ResultRow? Find(SqliteConnection connection, string name, DateTimeOffset now) =>
        connection.QuerySingleOrDefault<ResultRow>(
            """
            select name, media_type as MediaType, created_at as CreatedAt, expires_at as ExpiresAt
            from results where name = @name and (expires_at is null or expires_at > @now)
            """,
            new { name, now = now.ToUnixTimeMilliseconds() });

    /// <summary>What a job of a key resulted in, unless it has expired; null where there is none.</summary>
    public static OwnResult? FindOfJob(SqliteConnection connection, string keyId, Guid jobId, DateTimeOffset now) =>
        connection.QuerySingleOrDefault<OwnResult>(
            """
            select results.name, jobs.result_pixels as Pixels from results join jobs on jobs.id = results.job_id
            where jobs.id = @jobId and jobs.key_id = @keyId and (expires_at is null or expires_at > @now)
            """,
            new { jobId = jobId.ToString(), keyId, now = now.ToUnixTimeMilliseconds() });

    public static IReadOnlyList<string> Names(SqliteConnection connection) =>
        connection.Query<string>("select name from results").AsList();

    public static IReadOnlyList<string> ExpiredNames(SqliteConnection connection, DateTimeOffset now) =>
        connection.Query<string>(
            "select name from results where expires_at <= @now", new { now = now.ToUnixTimeMilliseconds() }).AsList();

    public static void Delete(SqliteConnection connection, string name) =>
        connection.Execute("delete from results where name = @name", new { name });
}

/// <summary>A result that its owner can enlarge again.</summary>
internal sealed record OwnResult
{
    public required string Name { get; init; }

    public required long Pixels { get; init; }
}

/// <summary>A result that can be fetched. Times are milliseconds since 1970.</summary>
internal sealed record ResultRow
{
    public required string Name { get; init; }

    public required string MediaType { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public long? ExpiresAt { get; init; }
}
