using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Turns an ONNX graph into steps.</summary>
internal static class GraphCompiler
{
    // The graph is compiled for two picture sizes and must give the same steps, which shows that nothing an exporter
    // computes from shapes depends on the picture size. Multiples of 64 suit networks that halve the size six times.
    private static readonly (int Height, int Width)[] ProbeSizes = [(192, 256), (320, 448)];

    private static readonly Dictionary<string, Action<GraphBuilder, OnnxNode>> Operators =
        new(StringComparer.Ordinal)
        {
            ["Conv"] = ConvOperators.Conv,
            ["ConvTranspose"] = ConvOperators.ConvTranspose,
            ["BatchNormalization"] = ConvOperators.BatchNormalization,
            ["PRelu"] = ElementwiseOperators.PRelu,
            ["Relu"] = ElementwiseOperators.Relu,
            ["LeakyRelu"] = ElementwiseOperators.LeakyRelu,
            ["Sigmoid"] = ElementwiseOperators.Sigmoid,
            ["Tanh"] = ElementwiseOperators.Tanh,
            ["Clip"] = ElementwiseOperators.Clip,
            ["Add"] = ElementwiseOperators.Add,
            ["Sub"] = ElementwiseOperators.Sub,
            ["Mul"] = ElementwiseOperators.Mul,
            ["Div"] = ElementwiseOperators.Div,
            ["Concat"] = ChannelOperators.Concat,
            ["Split"] = ChannelOperators.Split,
            ["DepthToSpace"] = ChannelOperators.DepthToSpace,
            ["SpaceToDepth"] = ChannelOperators.SpaceToDepth,
            ["Reshape"] = ShuffleOperators.Reshape,
            ["Transpose"] = ShuffleOperators.Transpose,
            ["Squeeze"] = ShuffleOperators.Squeeze,
            ["Unsqueeze"] = ShuffleOperators.Unsqueeze,
            ["Slice"] = SpatialOperators.Slice,
            ["Pad"] = SpatialOperators.Pad,
            ["Resize"] = SpatialOperators.Resize,
            ["Upsample"] = SpatialOperators.Resize,
            ["GlobalAveragePool"] = SpatialOperators.GlobalAveragePool,
            ["ReduceMean"] = SpatialOperators.ReduceMean,
            ["Identity"] = PassOn,
            ["Cast"] = PassOn,
            ["Dropout"] = PassOn,
        };

    /// <summary>Compiles the graph.</summary>
    /// <param name="graph">The graph of the ONNX file.</param>
    /// <param name="inBlocks">Convolutions may be computed by Winograd's algorithm.</param>
    /// <exception cref="ModelException">A node cannot be compiled; the message names it.</exception>
    public static CompiledGraph Compile(OnnxGraph graph, bool inBlocks = true)
    {
        var input = CheckInterface(graph);
        var channels = input.Shape[1] < 0 ? 3 : OnnxNodeExtensions.Clamp(input.Shape[1]);
        var sizes = Array.ConvertAll(ProbeSizes, size => new MapShape(channels, size.Height, size.Width));
        if (input.Shape[2] > 0 || input.Shape[3] > 0)
        {
            // The exporter fixed the picture size, perhaps in constants, so only this size can be compiled. The scale
            // factors that follow from it hold for any size.
            var (height, width) = ProbeSizes[0];
            sizes = [new MapShape(channels, Fixed(input.Shape[2], height), Fixed(input.Shape[3], width))];
        }

        var compiled = Array.ConvertAll(sizes, size => Compile(graph, input.Name, size, inBlocks));
        if (!compiled.All(other => Describe(other).SequenceEqual(Describe(compiled[0]), StringComparer.Ordinal)))
        {
            throw new ModelException("The network computes differently for pictures of different sizes.");
        }

        return compiled[0];
    }

    private static CompiledGraph Compile(OnnxGraph graph, string input, MapShape size, bool inBlocks)
    {
        var builder = new GraphBuilder(graph, input, size);
        foreach (var node in graph.Nodes)
        {
            try
            {
                Compile(builder, node);
            }
            catch (Exception error) when (error is ModelException or ArithmeticException or IndexOutOfRangeException
                or ArgumentException or InvalidOperationException)
            {
                var reason = error is ModelException ? error.Message : "Its attributes do not fit together.";
                throw new ModelException($"{Name(node)}: {reason}", error);
            }
        }

        var output = graph.Outputs[0];
        if (!builder.IsMap(output))
        {
            throw new ModelException($"The output \"{output}\" is not computed from the picture.");
        }

        var result = builder.Map(output);
        var steps = StepFusion.Fuse(Reachable(builder, result), builder.Shapes, result, inBlocks);
        return new CompiledGraph(steps, builder.Shapes.Count, 0, result, size.Channels);
    }

    private static void Compile(GraphBuilder builder, OnnxNode node)
    {
        if (ConstantFolder.TryFold(builder, node))
        {
            return;
        }

        if (!Operators.TryGetValue(node.Operator, out var compile))
        {
            throw new ModelException("This operator is not supported.");
        }

        compile(builder, node);
    }

    private static void PassOn(GraphBuilder builder, OnnxNode node) => builder.Alias(node.Outputs[0], node.Input(0));

    private static OnnxInput CheckInterface(OnnxGraph graph)
    {
        if (graph.Inputs.Count != 1 || graph.Outputs.Count < 1)
        {
            throw new ModelException(
                $"An image network has one input and an output; this one has {graph.Inputs.Count} inputs.");
        }

        var input = graph.Inputs[0];
        if (input.Shape.Count != 4 || input.Type is not (OnnxType.Float or OnnxType.Float16 or OnnxType.Double))
        {
            throw new ModelException(
                $"The input \"{input.Name}\" must be a picture of floats: [1, channels, height, width].");
        }

        return input;
    }

    private static List<Step> Reachable(GraphBuilder builder, int output)
    {
        var wanted = new HashSet<int> { output };
        var steps = new List<Step>();
        foreach (var step in builder.Steps.Reverse())
        {
            if (wanted.Contains(step.Output))
            {
                wanted.UnionWith(step.Inputs);
                steps.Insert(0, step);
            }
        }

        return steps;
    }

    private static string Name(OnnxNode node) =>
        node.Name.Length > 0 ? $"Node \"{node.Name}\" ({node.Operator})"
        : $"The node that makes \"{string.Join(", ", node.Outputs)}\" ({node.Operator})";

    private static int Fixed(long length, int fallback) => length > 0 ? OnnxNodeExtensions.Clamp(length) : fallback;

    private static IEnumerable<string> Describe(CompiledGraph graph) =>
        graph.Steps.Select(step => $"{step.Describe()} {string.Join(',', step.Inputs)} {step.Output}");
}
