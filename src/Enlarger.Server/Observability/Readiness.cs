using Dapper;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Observability;

/// <summary>Whether a request that comes now would be served, and if not, why.</summary>
internal sealed partial class Readiness(
    Database database,
    DataFolder folder,
    ModelLoading models,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Readiness> log)
{
    // As much as a result often has. A disk with less room left is full for a job.
    private const int ProbeBytes = 1 << 20;

    // Anybody may ask, as often as they like, and must not keep the disk busy by it.
    private static readonly TimeSpan WritableRemembered = TimeSpan.FromSeconds(2);

    private readonly Lock _probing = new();
    private (IReadOnlyList<string> Problems, long At)? _probed;

    /// <summary>Sentences that say what is wrong; none where the server is ready.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            problems.Add("The server is stopping.");
        }

        if (!models.IsDone)
        {
            problems.Add("The model is not loaded yet.");
        }

        problems.AddRange(WritingProblems());
        return problems;
    }

    // What a job writes: a row in the database, and a result.
    private IReadOnlyList<string> WritingProblems()
    {
        lock (_probing)
        {
            if (_probed is not { } probed || time.GetElapsedTime(probed.At) >= WritableRemembered)
            {
                List<string> problems =
                [
                    .. CanWrite(WriteDatabase) ? (string[])[] : ["The database cannot be written."],
                    .. CanWrite(WriteResult) ? (string[])[] : ["Results cannot be written to the data folder."],
                ];
                _probed = probed = (problems, time.GetTimestamp());
            }

            return probed.Problems;
        }
    }

    private bool CanWrite(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception error)
        {
            LogUnwritable(error);
            return false;
        }
    }

    // Writes what is there already: that needs the lock, the permission and the disk, and changes nothing.
    private void WriteDatabase() =>
        database.Write(connection =>
            connection.Execute($"pragma user_version = {connection.ExecuteScalar<int>("pragma user_version")}"));

    // The next start removes it, as every part of a result, should this process die here.
    private void WriteResult()
    {
        using var file = File.OpenHandle(
            Path.Combine(folder.Results, "probe" + ResultFile.PartExtension),
            FileMode.Create,
            FileAccess.Write,
            options: FileOptions.DeleteOnClose);
        RandomAccess.Write(file, new byte[ProbeBytes], fileOffset: 0);
    }

    [LoggerMessage(LogLevel.Error, "The data folder cannot be written")]
    private partial void LogUnwritable(Exception error);
}
