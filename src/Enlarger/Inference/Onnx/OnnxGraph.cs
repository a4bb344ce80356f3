namespace Enlarger.Inference.Onnx;

/// <summary>The graph of an ONNX file, unchanged. Nodes are in topological order, as ONNX demands.</summary>
internal sealed record OnnxGraph(
    long Opset,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Initializers,
    IReadOnlyList<OnnxInput> Inputs,
    IReadOnlyList<string> Outputs)
{
    /// <summary>
    /// This graph with its constants linearly interpolated with those of another: at 0 its own, at 1 the other's (Wang
    /// and others, "Deep network interpolation for continuous imagery effect transition", 2019).
    /// </summary>
    /// <param name="other">The same network with other weights.</param>
    /// <param name="amount">0 to 1.</param>
    /// <exception cref="ModelException">The other has other operators, or constants of other shapes.</exception>
    public OnnxGraph Interpolate(OnnxGraph other, float amount)
    {
        if (Opset != other.Opset
            || !Nodes.Select(Wiring).SequenceEqual(other.Nodes.Select(Wiring), StringComparer.Ordinal))
        {
            throw new ModelException("Between two networks of different operators there is none.");
        }

        var constants = Initializers.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Interpolate(other.Initializers.GetValueOrDefault(pair.Key), amount)
                ?? throw new ModelException($"The networks differ in the shape of \"{pair.Key}\"."),
            StringComparer.Ordinal);
        return this with
        {
            Initializers = constants,
            Nodes = [.. Nodes.Zip(other.Nodes, (own, its) => own.Interpolate(its, amount))],
        };

        static string Wiring(OnnxNode node)
        {
            var settings = node.Attributes.Select(Setting).Order(StringComparer.Ordinal);
            return string.Join(" ", [node.Domain, node.Operator, .. node.Inputs, ":", .. node.Outputs, .. settings]);
        }

        static string Setting(KeyValuePair<string, OnnxAttribute> attribute)
        {
            var (name, value) = attribute;
            return $"{name}={value.Int}{value.Float}{value.Text}[{string.Join(',', value.Ints ?? [])}]"
                + $"[{string.Join(',', value.Floats ?? [])}]";
        }
    }
}

/// <summary>A graph input that is not an initializer. A dimension that the file leaves open is -1.</summary>
internal sealed record OnnxInput(string Name, OnnxType Type, IReadOnlyList<long> Shape);

/// <summary>One operator. An optional input that is left out has an empty name.</summary>
internal sealed record OnnxNode(
    string Name,
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>
    /// This node with the constants among its attributes linearly interpolated with those of another, which has the
    /// same attributes.
    /// </summary>
    /// <exception cref="ModelException">The other's constants have other shapes.</exception>
    public OnnxNode Interpolate(OnnxNode other, float amount) => this with
    {
        Attributes = Attributes.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Tensor is not { } tensor ? pair.Value : pair.Value with
            {
                Tensor = tensor.Interpolate(other.Attributes[pair.Key].Tensor, amount)
                    ?? throw new ModelException($"The networks differ in the shape of \"{Outputs[0]}\"."),
            },
            StringComparer.Ordinal),
    };
}

/// <summary>An attribute: the member of its type is set, the others are null.</summary>
internal sealed record OnnxAttribute(
    long? Int = null,
    float? Float = null,
    string? Text = null,
    long[]? Ints = null,
    float[]? Floats = null,
    OnnxTensor? Tensor = null);

/// <summary>The supported element types, with the numbers of ONNX's TensorProto.DataType.</summary>
internal enum OnnxType
{
    Float = 1,
    UInt8 = 2,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Float16 = 10,
    Double = 11,
}

/// <summary>
/// A constant. Float, Float16 and Double are in <see cref="Floats"/>; whole numbers and Bool are in
/// <see cref="Ints"/>; the other is empty. A scalar has an empty shape and one element.
/// </summary>
internal sealed record OnnxTensor(OnnxType Type, long[] Shape, float[] Floats, long[] Ints)
{
    /// <summary>Linear interpolation with another; null if that has another shape, or other integers.</summary>
    public OnnxTensor? Interpolate(OnnxTensor? other, float amount) =>
        other is null || !Shape.SequenceEqual(other.Shape) || !Ints.SequenceEqual(other.Ints)
            || Floats.Length != other.Floats.Length ? null
            : this with { Floats = [.. Floats.Zip(other.Floats, (own, its) => ((1 - amount) * own) + (amount * its))] };
}
