using Enlarger.Inference;
using Enlarger.Models;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Jobs;

/// <summary>
/// Compiles the networks of the server's model before it listens, so that no request waits for it. Those between two
/// others are compiled when enhancing first asks for them, since there are many.
/// </summary>
internal sealed class ModelLoading(ModelStore models, IOptions<JobSettings> settings) : IHostedService
{
    private volatile bool _isDone;

    public bool IsDone => _isDone;

    /// <exception cref="ModelException">The model is unknown, cannot be used, or does not enlarge.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var model = models.Get(settings.Value.Model);
        // A choice such as "auto" may have restorers among its candidates: it enlarges all the same.
        if (model.IsRestorer)
        {
            throw new ModelException(
                $"The model \"{model.Name}\" keeps the size of a picture; a server needs one that enlarges.");
        }

        foreach (var candidate in model.Candidates)
        {
            foreach (var scale in candidate.Scales)
            {
                candidate.Network(scale);
            }
        }

        _isDone = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
