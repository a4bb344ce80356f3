using Dapper;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Operating;

/// <summary>Whether a request that comes now would be served, and if not, why.</summary>
internal sealed partial class Readiness(
    Database database,
    ModelLoading models,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Readiness> log)
{
    // Anybody may ask, as often as they like, and must not keep the disk busy by it.
    private static readonly TimeSpan WritableRemembered = TimeSpan.FromSeconds(2);

    private readonly Lock _probing = new();
    private (bool Writable, long At)? _probed;

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

        if (!CanWrite())
        {
            problems.Add("The database cannot be written.");
        }

        return problems;
    }

    private bool CanWrite()
    {
        lock (_probing)
        {
            if (_probed is not { } probed || time.GetElapsedTime(probed.At) >= WritableRemembered)
            {
                _probed = probed = (TryWrite(), time.GetTimestamp());
            }

            return probed.Writable;
        }
    }

    // Writes what is there already: that needs the lock, the permission and the disk, and changes nothing.
    private bool TryWrite()
    {
        try
        {
            database.Write(connection =>
                connection.Execute($"pragma user_version = {connection.ExecuteScalar<int>("pragma user_version")}"));
            return true;
        }
        catch (Exception error)
        {
            LogUnwritable(error);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "The database cannot be written")]
    private partial void LogUnwritable(Exception error);
}
