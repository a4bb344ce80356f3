using Dapper;
using Enlarger.Inference;
using Enlarger.Models;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Operating;

/// <summary>Whether a request that comes now would be served, and if not, why.</summary>
internal sealed partial class Readiness(
    Database database,
    ModelStore models,
    IOptions<JobSettings> settings,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Readiness> log) : IHostedService
{
    // Anybody may ask, as often as they like, and must not keep the disk busy by it.
    private static readonly TimeSpan WritableRemembered = TimeSpan.FromSeconds(2);

    private readonly Lock _probing = new();
    private (bool Writable, long At)? _probed;
    private volatile bool _modelLoaded;

    /// <summary>
    /// Compiles the networks before the server listens, so that no request waits for it. Those between two others are
    /// compiled when enhancing first asks for them, since there are many.
    /// </summary>
    /// <exception cref="ModelException">The model is unknown, cannot be used, or does not enlarge.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var model in models.Get(settings.Value.Model).Candidates)
        {
            if (model.IsRestorer)
            {
                throw new ModelException(
                    $"The model \"{model.Name}\" keeps the size of a picture; a server needs one that enlarges.");
            }

            foreach (var scale in model.Scales)
            {
                model.Network(scale);
            }
        }

        _modelLoaded = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sentences that say what is wrong; none where the server is ready.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            problems.Add("The server is stopping.");
        }

        if (!_modelLoaded)
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
