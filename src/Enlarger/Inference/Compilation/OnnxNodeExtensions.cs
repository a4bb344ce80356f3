using Enlarger.Inference.Onnx;

namespace Enlarger.Inference.Compilation;

/// <summary>Reads attributes and optional inputs of a node.</summary>
internal static class OnnxNodeExtensions
{
    public static int Int(this OnnxNode node, string attribute, int fallback) =>
        node.Attributes.TryGetValue(attribute, out var value) ? checked((int)(value.Int ?? fallback)) : fallback;

    public static float Float(this OnnxNode node, string attribute, float fallback) =>
        node.Attributes.TryGetValue(attribute, out var value) ? value.Float ?? fallback : fallback;

    public static string Text(this OnnxNode node, string attribute, string fallback) =>
        node.Attributes.TryGetValue(attribute, out var value) ? value.Text ?? fallback : fallback;

    public static int[]? Ints(this OnnxNode node, string attribute) =>
        node.Attributes.TryGetValue(attribute, out var value) && value.Ints is { } ints
            ? [.. ints.Select(Clamp)]
            : null;

    public static bool Has(this OnnxNode node, int input) =>
        node.Inputs.Count > input && node.Inputs[input].Length > 0;

    public static string Input(this OnnxNode node, int input) =>
        node.Has(input) ? node.Inputs[input] : throw new ModelException($"Input {input} is missing.");

    // Exporters write "to the end" as the largest 64-bit number.
    public static int Clamp(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);
}
