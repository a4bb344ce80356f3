
namespace Enlarger.Inference.Onnx;

/// <summary>
/// Reads ONNX files. Field numbers are those of onnx.proto3 in the ONNX repository; descriptive fields
/// (documentation, value_info, training, metadata) are skipped.
/// </summary>
internal static class OnnxReader
{
    /// <summary>From opset 7 on all arithmetic has the same broadcasting rules.</summary>
    public const long OpsetMin = 7;

    /// <summary>The newest opset whose operators this library was checked against.</summary>
    public const long OpsetMax = 23;

    /// <summary>The largest super-resolution networks have some 10,000; hostile files must not have millions.</summary>
    public const int NodesMax = 100_000;

    /// <summary>As for nodes, each of which has one or two constants.</summary>
    public const int InitializersMax = 2 * NodesMax;

    /// <summary>The main graph of the model in <paramref name="file"/>.</summary>
    /// <exception cref="ModelException">Not an ONNX model, damaged, or with parts that are not supported.</exception>
    public static OnnxGraph Read(ReadOnlySpan<byte> file)
    {
        long? opset = null;
        var hasGraph = false;
        var graph = default(ProtobufReader);
        var model = new ProtobufReader(file);
        while (model.Next())
        {
            switch (model.Field)
            {
                case 7:
                    graph = model.Message();
                    hasGraph = true;
                    break;
                case 8:
                    opset = ReadOpset(model.Message()) ?? opset;
                    break;
                case 25:
                    throw new ModelException("The model defines functions of its own, which is not supported.");
            }
        }

        return (hasGraph, opset) switch
        {
            (false, _) => throw new ModelException("The file is no ONNX model: it holds no graph."),
            (_, null) => throw new ModelException("The file is no ONNX model: it names no opset."),
            (_, < OpsetMin or > OpsetMax) => throw new ModelException(
                $"The model is written for ONNX opset {opset}; {OpsetMin} to {OpsetMax} are supported."),
            (_, { } known) => ReadGraph(graph, known),
        };
    }

    // OperatorSetIdProto. Other domains matter only where a node uses them.
    private static long? ReadOpset(ProtobufReader message)
    {
        var domain = "";
        var version = 0L;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    domain = message.Text();
                    break;
                case 2:
                    version = message.Integer();
                    break;
            }
        }

        return IsStandard(domain) ? version : null;
    }

    // GraphProto.
    private static OnnxGraph ReadGraph(ProtobufReader message, long opset)
    {
        var nodes = new List<OnnxNode>();
        var initializers = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        var inputs = new List<OnnxInput>();
        var outputs = new List<string>();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1 when nodes.Count == NodesMax:
                    throw new ModelException($"The model has more than {NodesMax} nodes.");
                case 1:
                    nodes.Add(OnnxNodeReader.Read(message.Message()));
                    break;
                case 5 when initializers.Count == InitializersMax:
                    throw new ModelException($"The model has more than {InitializersMax} initializers.");
                case 5:
                    var (name, tensor) = OnnxTensorReader.Read(message.Message(), "Initializer");
                    if (!initializers.TryAdd(name, tensor))
                    {
                        throw new ModelException($"Two initializers have the name {Quoted(name)}.");
                    }

                    break;
                case 11:
                    inputs.Add(OnnxInputReader.Read(message.Message()));
                    break;
                case 12:
                    outputs.Add(OnnxInputReader.ReadName(message.Message()));
                    break;
                case 15:
                    throw new ModelException("The model has sparse initializers, which are not supported.");
            }
        }

        // Up to IR version 3 every initializer was listed as an input, too.
        inputs.RemoveAll(input => initializers.ContainsKey(input.Name));
        var graph = new OnnxGraph(opset, nodes, initializers, inputs, outputs);
        CheckOrder(graph);
        return graph;
    }

    // ONNX demands that every value is computed once, before it is used; the compiler relies on it.
    private static void CheckOrder(OnnxGraph graph)
    {
        var known = new HashSet<string>(graph.Initializers.Keys, StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            if (!known.Add(input.Name))
            {
                throw new ModelException($"Two inputs of the model have the name {Quoted(input.Name)}.");
            }
        }

        if (known.Contains(""))
        {
            throw new ModelException("The model has an input or an initializer without a name.");
        }

        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.FirstOrDefault(name => name.Length > 0 && !known.Contains(name)) is { } missing)
            {
                throw new ModelException($"{Title(node)} uses {Quoted(missing)}, which nothing before it computes.");
            }

            if (node.Outputs.FirstOrDefault(name => name.Length > 0 && !known.Add(name)) is { } twice)
            {
                throw new ModelException($"{Title(node)} computes {Quoted(twice)}, which is there already.");
            }
        }

        if (graph.Outputs.FirstOrDefault(name => !known.Contains(name)) is { } absent)
        {
            throw new ModelException($"The model's output {Quoted(absent)} is computed by no node.");
        }
    }

    /// <summary>Whether a domain is one of the two names of the ONNX standard.</summary>
    internal static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    /// <summary>A node's name for an error message, at the start of a sentence.</summary>
    internal static string Title(OnnxNode node) => (node.Name, node.Outputs.Count) switch
    {
        ("", 0) => $"A node without name (operator {Quoted(node.Operator)})",
        ("", _) => $"The node of {Quoted(node.Outputs[0])} (operator {Quoted(node.Operator)})",
        _ => $"Node {Quoted(node.Name)} (operator {Quoted(node.Operator)})",
    };

    /// <summary>A name from the file for an error message: shortened, and without control characters.</summary>
    internal static string Quoted(string name)
    {
        const int LengthMax = 100;
        var shown = name.Length <= LengthMax ? name : string.Concat(name.AsSpan(0, LengthMax), "...");
        return string.Concat("'", string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c)), "'");
    }
}
