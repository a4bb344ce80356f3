using System.Security.Cryptography;
using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Storage;

/// <summary>Results under names that nobody can guess, until they expire.</summary>
internal sealed class ResultStore(
    Database database, DataFolder folder, IOptions<ResultSettings> options, TimeProvider time)
{
    // 128 bits of chance: as hard to guess as a key.
    private const int NameBytes = 16;

    public ResultFile Create(TimeSpan lifetime) =>
        new(
            folder.Results,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes)),
            lifetime,
            time);

    /// <summary>The address of a result, with the extension that the vendor uses, such as <c>.jpeg</c>.</summary>
    public Uri AddressOf(StoredResult result, HttpRequest http, string? extension = null) =>
        new($"{OriginOf(http)}{ResultRoute.Path}/{result.Name}{extension ?? result.Format.Extension()}");

    /// <summary>What addresses of this server begin with, for whoever sent that request.</summary>
    public string OriginOf(HttpRequest http) => options.Value.PublicUrl?.TrimEnd('/') ?? RequestOrigin(http);

    /// <summary>The picture itself as the answer. A result for this answer alone goes with it.</summary>
    public static IResult Answer(HttpContext http, StoredResult result)
    {
        // Also where the caller hangs up before the file is opened.
        http.Response.RegisterForDispose(result);
        return Results.Stream(result.OpenRead(), result.Format.MediaType());
    }

    /// <summary>A result of <paramref name="account"/>, by the job that made it; null where there is none.</summary>
    public OwnResult? FindOwn(Account account, Guid jobId) =>
        database.Read(connection => ResultTable.FindOfJob(connection, account.Id, jobId, time.GetUtcNow()));

    /// <summary>The file of a result; null where it is gone.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(OwnResult result, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(folder.Results, result.Name), cancel);
        }
        catch (FileNotFoundException)
        {
            // It expired in this moment.
            return null;
        }
    }

    /// <summary>Opens a result by the name and extension in its address; null where there is none.</summary>
    public OpenResult? Open(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        // The database knows no name with a slash or a dot in it, so that no file elsewhere can be asked for.
        if (database.Read(connection => ResultTable.Find(connection, name, time.GetUtcNow())) is not { } row
            || ImageFormats.Find(Path.GetExtension(file))?.MediaType() != row.MediaType)
        {
            return null;
        }

        try
        {
            var stream = new FileStream(
                Path.Combine(folder.Results, row.Name),
                new FileStreamOptions
                {
                    Share = FileShare.Read | FileShare.Delete,
                    Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                });
            return new OpenResult(stream, row);
        }
        catch (FileNotFoundException)
        {
            // It expired in this moment.
            return null;
        }
    }

    // A request of HTTP/1.0 need not say whom it asks, and Kestrel lets hosts through that no address can have. By the
    // time that addresses are made, the job is paid for: this never fails.
    private static string RequestOrigin(HttpRequest http) =>
        http.Host.HasValue && Uri.TryCreate($"{http.Scheme}://{http.Host}", UriKind.Absolute, out var asked)
            ? asked.GetLeftPart(UriPartial.Authority)
            : new UriBuilder(
                http.Scheme,
                http.HttpContext.Connection.LocalIpAddress?.ToString() ?? "localhost",
                http.HttpContext.Connection.LocalPort).Uri.GetLeftPart(UriPartial.Authority);
}

/// <summary>A result, opened to be sent.</summary>
internal sealed record OpenResult(FileStream File, ResultRow Row);
