using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference;

/// <summary>A node with the values of its inputs, an omitted one being null.</summary>
internal sealed record ReferenceNode(
    OnnxNode Node, long Opset, ReferenceTensor?[] Inputs, bool RepeatsEdges = false)
{
    public ReferenceTensor X => this[0];

    public ReferenceTensor this[int input] => Find(input)
        ?? throw new InvalidOperationException($"{Node.Name} lacks its input {input}.");

    public ReferenceTensor? Find(int input) => input < Inputs.Length ? Inputs[input] : null;

    public OnnxAttribute? Attribute(string name) => Node.Attributes.GetValueOrDefault(name);

    public long Int(string name, long otherwise) => Attribute(name)?.Int ?? otherwise;

    public double Float(string name, double otherwise) => Attribute(name)?.Float ?? otherwise;

    public string Text(string name, string otherwise) => Attribute(name)?.Text ?? otherwise;

    public long[] Ints(string name, params long[] otherwise) => Attribute(name)?.Ints ?? otherwise;

    /// <summary>A list that is an attribute in older opsets and an input in newer ones.</summary>
    public long[]? ListOf(string name, int input, int inputSince) =>
        Opset < inputSince ? Attribute(name)?.Ints : Find(input)?.ToInts();

    /// <summary>Refuses an attribute of the operator that this reference does not implement.</summary>
    public void Without(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Attribute(name) is not null)
            {
                throw new NotSupportedException($"{Node.Operator}: {name}");
            }
        }
    }
}
