namespace Enlarger.Models;

/// <summary>One model that can be asked for by name.</summary>
/// <param name="Name">What to write after <c>-m</c>, such as <c>photo</c>.</param>
/// <param name="Scales">The scales that it has networks for, ascending; empty for a plain resampling kernel.</param>
/// <param name="Summary">One line for a list.</param>
/// <param name="Card">The whole model card, as Markdown.</param>
public sealed record Model(string Name, IReadOnlyList<int> Scales, string Summary, string Card);

/// <summary>Finds models: the networks embedded in this library, the resampling kernels, and ONNX files by path.</summary>
public sealed class ModelStore
{
    /// <summary>All models that have names, in the order to show them.</summary>
    public IReadOnlyList<Model> List() => throw new NotSupportedException();

    /// <summary>The model of that name, or of that ONNX file; null where there is none.</summary>
    /// <exception cref="ModelException">The file is there and cannot be used; the message says why.</exception>
    public Model? Find(string name) => throw new NotSupportedException();
}
