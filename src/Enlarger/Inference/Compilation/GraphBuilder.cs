using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>
/// The state of one compilation: which names are constants, which are feature maps, and the steps so far. It is done
/// for one picture size, so that shape computations of exporters fold into constants.
/// </summary>
internal sealed class GraphBuilder
{
    // Networks of the field have 16 to 512 channels. More than this means a damaged file, and could overflow the
    // length of a row.
    private const int ChannelsMax = 4096;

    private readonly Dictionary<string, int> _maps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _constants;
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<int> _aliased = [];
    private readonly Dictionary<string, MapView> _views = new(StringComparer.Ordinal);
    private readonly List<MapShape> _shapes = [];
    private readonly List<Step> _steps = [];

    public GraphBuilder(OnnxGraph graph, string input, MapShape shape)
    {
        Opset = graph.Opset;
        _constants = new(graph.Initializers, StringComparer.Ordinal);
        foreach (var name in graph.Nodes.SelectMany(node => node.Inputs).Concat(graph.Outputs))
        {
            _uses[name] = _uses.GetValueOrDefault(name) + 1;
        }

        _maps[input] = 0;
        _shapes.Add(shape);
    }

    public long Opset { get; }

    public IReadOnlyList<Step> Steps => _steps;

    public IReadOnlyList<MapShape> Shapes => _shapes;

    public bool IsConstant(string name) => _constants.ContainsKey(name);

    public bool IsMap(string name) => _maps.ContainsKey(name);

    public OnnxTensor Constant(string name) =>
        _constants.GetValueOrDefault(name) ?? throw new ModelException($"\"{name}\" must be a constant.");

    public int[] ConstantInts(string name) => [.. Constant(name).Ints.Select(OnnxNodeExtensions.Clamp)];

    public int Map(string name) =>
        _maps.TryGetValue(name, out var map) ? map : throw new ModelException($"\"{name}\" must be a feature map.");

    public MapShape Shape(string name) => _shapes[Map(name)];

    public void Define(string name, OnnxTensor constant) => _constants[name] = constant;

    /// <summary>Gives a map another name.</summary>
    public void Alias(string name, string of)
    {
        _maps[name] = Map(of);
        _aliased.Add(Map(of));
    }

    /// <summary>Adds a step that writes a new map under <paramref name="name"/>.</summary>
    public void Emit(string name, Func<int, Step> step) => _maps[name] = Emit(step);

    /// <summary>Adds a step that writes a new map, whose number is returned.</summary>
    public int Emit(Func<int, Step> create)
    {
        var step = create(_shapes.Count);
        var shape = step.Infer(Array.ConvertAll(step.Inputs, map => _shapes[map]));
        if (shape.Channels < 1 || shape.Height < 1 || shape.Width < 1)
        {
            throw new ModelException($"Nothing is left of a picture of {_shapes[0].Width}x{_shapes[0].Height}.");
        }

        if (shape.Channels > ChannelsMax)
        {
            throw new ModelException($"It makes {shape.Channels} channels, and {ChannelsMax} are the most.");
        }

        _steps.Add(step);
        _shapes.Add(shape);
        return step.Output;
    }

    /// <summary>
    /// The convolution that writes a map with a single reader, so that the reader can be folded into it; else null.
    /// </summary>
    public ConvStep? SoleProducer(string name)
    {
        var producer = _steps.FindLast(step => step.Output == Map(name)) as ConvStep;

        // Readers are counted by name, so a map with an alias may have readers that are not counted here.
        var isSole = _uses.GetValueOrDefault(name) == 1 && !_aliased.Contains(Map(name));
        return isSole && producer?.Slopes.All(slope => slope == 1) == true ? producer : null;
    }

    /// <summary>Replaces a step by one that writes the same map, and gives the map another name.</summary>
    public void Replace(string name, Step old, Step replacement)
    {
        _steps[_steps.IndexOf(old)] = replacement;
        _maps[name] = replacement.Output;
    }

    /// <summary>Remembers a view, which the operators that follow turn into a pixel shuffle.</summary>
    public void Suspend(string name, MapView view) => _views[name] = view;

    public MapView? Suspended(string name) => _views.GetValueOrDefault(name);
}

/// <summary>
/// A map reshaped to other than four dimensions, and perhaps transposed: the first part of a pixel shuffle.
/// </summary>
/// <param name="Source">The name of the map.</param>
/// <param name="Dimensions">The dimensions after the reshape, before the transpose.</param>
/// <param name="Permutation">The permutation of the transpose; null for none.</param>
/// <param name="Shape">The dimensions after both.</param>
internal sealed record MapView(string Source, int[] Dimensions, int[]? Permutation, int[] Shape);
