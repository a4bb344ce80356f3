using Enlarger.Imaging;
using Enlarger.Inference;

namespace Enlarger.Models;

/// <summary>
/// One model that can be asked for: networks for one or more scales, a plain resampling kernel, or a choice of others.
/// </summary>
public sealed class Model
{
    private readonly Dictionary<int, Lazy<Network>> _networks;

    internal Model(string name, string card, ResampleKernel kernel)
        : this(name, card, new Dictionary<int, Lazy<Network>>())
    {
        Kernel = kernel;
    }

    internal Model(string name, string card, Dictionary<int, Lazy<Network>> networks)
    {
        Name = name;
        Card = card;
        _networks = networks;
        var scales = networks.Keys.ToArray();
        Array.Sort(scales);
        Scales = scales;
        Candidates = [this];
    }

    internal Model(string name, string card, IReadOnlyList<Model> candidates)
        : this(name, card, new Dictionary<int, Lazy<Network>>())
    {
        Candidates = candidates;
    }

    /// <summary>What to write after <c>-m</c>, such as <c>photo</c>; of an ONNX file, its path.</summary>
    public string Name { get; }

    /// <summary>
    /// The scales that it has networks for, ascending; empty for a resampling kernel and for a choice, which have all.
    /// </summary>
    public IReadOnlyList<int> Scales { get; }

    /// <summary>The models that may run when this one is asked for: itself, or those that are chosen from.</summary>
    public IReadOnlyList<Model> Candidates { get; }

    /// <summary>The first sentence of the card, in one line.</summary>
    public string Summary
    {
        get
        {
            // A card is Markdown: a sentence may go on in the next line, up to an empty one.
            var paragraph = string.Join(' ', Card.Split('\n')
                .Select(line => line.Trim())
                .SkipWhile(line => line.Length == 0 || line[0] == '#')
                .TakeWhile(line => line.Length > 0));
            var end = paragraph.IndexOf(". ", StringComparison.Ordinal);
            return end < 0 ? paragraph : paragraph[..(end + 1)];
        }
    }

    /// <summary>The whole model card, as Markdown.</summary>
    public string Card { get; }

    internal ResampleKernel? Kernel { get; }

    /// <summary>Whether the model keeps the size of pictures and only restores them.</summary>
    public bool IsRestorer => Scales is [1];

    /// <summary>The network for one of the <see cref="Scales"/>; compiled on first use, then shared.</summary>
    /// <exception cref="ModelException">The model has none for that scale.</exception>
    public Network Network(int scale) =>
        _networks.TryGetValue(scale, out var network)
            ? network.Value
            : throw new ModelException($"The model \"{Name}\" has no network for scale {scale}.");
}
