using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger;

/// <summary>Enlarges pictures. One instance serves any number of pictures, also at the same time.</summary>
public sealed class ImageEnlarger(ModelStore models)
{
    /// <summary>Reads a picture, enlarges it and writes the result.</summary>
    /// <param name="source">The file to read, from its current position to its end.</param>
    /// <param name="target">Where the result goes. After an exception, throw away what it received.</param>
    /// <param name="options">Scale or size, model, format.</param>
    /// <param name="progress">Told the finished part, 0 to 1, after each tile.</param>
    /// <param name="cancel">Stops within the time of a tile.</param>
    /// <exception cref="ImageException">The picture was refused, or its result failed the fidelity check.</exception>
    /// <exception cref="ModelException">The model is unknown, or cannot do this.</exception>
    public Task<EnlargeResult> EnlargeAsync(
        Stream source,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        throw new NotSupportedException();
    }
}
