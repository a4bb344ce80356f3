using Dapper;
using Enlarger.Imaging;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Storage;

/// <summary>Which results can be fetched. A file without a row is rubbish.</summary>
internal static class ResultTable
{
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
}
