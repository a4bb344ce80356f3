using System.Security.Cryptography;
using Dapper;
using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Storage;

/// <summary>Results under names that nobody can guess, until they expire.</summary>
internal sealed class ResultLinks(
    Database database, DataFolder folder, IOptions<ResultSettings> options, TimeProvider time)
{
    public const string Route = "/results";

    // 128 bits of chance: as hard to guess as a key.
    private const int NameBytes = 16;

    public ResultFile Create(TimeSpan lifetime) =>
        new(
            folder.Results,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes)),
            lifetime,
            time.GetUtcNow());

    /// <summary>The address of a result, with the extension that the vendor uses, such as <c>.jpeg</c>.</summary>
    public Uri AddressOf(StoredResult result, HttpRequest http, string? extension = null)
    {
        return new Uri($"{OriginOf(http)}{Route}/{result.Name}{extension ?? result.Format.Extension()}");
    }

    /// <summary>What addresses of this server begin with, for whoever sent that request.</summary>
    public string OriginOf(HttpRequest http) =>
        options.Value.PublicUrl?.TrimEnd('/') ?? $"{http.Scheme}://{http.Host}";

    /// <summary>The picture itself as the answer. A result for this answer alone goes with it.</summary>
    public static IResult Answer(HttpContext http, StoredResult result)
    {
        http.Response.RegisterForDispose(result);
        return Results.Stream(File.OpenRead(result.Path), result.Format.MediaType());
    }

    /// <summary>The file of a result of <paramref name="account"/>, by the job that made it.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindOwnAsync(Account account, Guid jobId, CancellationToken cancel)
    {
        var name = database.Read(connection => connection.QuerySingleOrDefault<string>(
            """
            select results.name from results join jobs on jobs.id = results.job_id
            where jobs.id = @jobId and jobs.key_id = @Id and (expires_at is null or expires_at > @now)
            """,
            new { jobId = jobId.ToString(), account.Id, now = time.GetUtcNow().ToUnixTimeMilliseconds() }));
        return name is null ? null : await File.ReadAllBytesAsync(Path.Combine(folder.Results, name), cancel);
    }

    public IResult Get(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var mediaType = database.Read(connection => connection.QuerySingleOrDefault<string>(
            "select media_type from results where name = @name and (expires_at is null or expires_at > @now)",
            new { name, now = time.GetUtcNow().ToUnixTimeMilliseconds() }));
        return mediaType is null
            ? Results.NotFound()
            : Results.File(Path.Combine(folder.Results, name), mediaType, enableRangeProcessing: true);
    }
}

internal sealed class ResultSettings
{
    /// <summary>What callers reach this server by, where that is not what they wrote into the Host header.</summary>
    public string? PublicUrl { get; init; }
}
