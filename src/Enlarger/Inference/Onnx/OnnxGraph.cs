namespace Enlarger.Inference.Onnx;

/// <summary>The graph of an ONNX file, as it stands there. Nodes are in topological order, as ONNX demands.</summary>
internal sealed record OnnxGraph(
    long Opset,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Initializers,
    IReadOnlyList<OnnxInput> Inputs,
    IReadOnlyList<string> Outputs);

/// <summary>A graph input that is no initializer. A dimension that the file leaves open is -1.</summary>
internal sealed record OnnxInput(string Name, OnnxType Type, IReadOnlyList<long> Shape);

/// <summary>One operator. An optional input that is left out has an empty name.</summary>
internal sealed record OnnxNode(
    string Name,
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes);

/// <summary>An attribute; the member that its kind names is set, the others are empty.</summary>
internal sealed record OnnxAttribute(
    long? Int = null,
    float? Float = null,
    string? Text = null,
    long[]? Ints = null,
    float[]? Floats = null,
    OnnxTensor? Tensor = null);

/// <summary>The element types that are told apart; the number is that of ONNX's TensorProto.DataType.</summary>
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
internal sealed record OnnxTensor(OnnxType Type, long[] Shape, float[] Floats, long[] Ints);
