using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Operators that rearrange channels.</summary>
internal static class ChannelOperators
{
    public static void Concat(GraphBuilder builder, OnnxNode node)
    {
        if (node.Int("axis", 1) is not (1 or -3))
        {
            throw new ModelException("Maps can be joined along their channels only.");
        }

        var maps = node.Inputs.Select(builder.Map).ToArray();
        builder.Emit(node.Outputs[0], output => new ConcatStep(maps, output));
    }

    public static void Split(GraphBuilder builder, OnnxNode node)
    {
        if (node.Int("axis", 0) is not (1 or -3))
        {
            throw new ModelException("Maps can be split along their channels only.");
        }

        var channels = builder.Shape(node.Input(0)).Channels;
        var parts = node.Ints("split") ?? (node.Has(1) ? builder.ConstantInts(node.Input(1)) : null)
            ?? Even(channels, node.Outputs.Count);
        if (parts.Length != node.Outputs.Count || parts.Sum() != channels)
        {
            throw new ModelException($"{channels} channels cannot be split into {string.Join(" + ", parts)}.");
        }

        var first = 0;
        foreach (var (name, count) in node.Outputs.Zip(parts))
        {
            Slice(builder, node.Input(0), name, first, count);
            first += count;
        }
    }

    public static void Slice(GraphBuilder builder, string input, string name, int first, int count) =>
        builder.Emit(name, output => new ChannelSliceStep(builder.Map(input), output, first, count));

    public static void DepthToSpace(GraphBuilder builder, OnnxNode node)
    {
        var blockFirst = node.Text("mode", "DCR") switch
        {
            "DCR" => true,
            "CRD" => false,
            var other => throw new ModelException($"Mode {other} is not supported."),
        };
        builder.Emit(node.Outputs[0], output => new DepthToSpaceStep(
            builder.Map(node.Input(0)), output, Block(node), blockFirst));
    }

    public static void SpaceToDepth(GraphBuilder builder, OnnxNode node) =>
        builder.Emit(node.Outputs[0], output => new SpaceToDepthStep(
            builder.Map(node.Input(0)), output, Block(node), blockFirst: true));

    private static int Block(OnnxNode node) =>
        node.Int("blocksize", 0) is > 0 and < 65 and var block
            ? block
            : throw new ModelException("Its block size is missing or absurd.");

    // If the channels do not divide evenly, the last part is smaller (ONNX since opset 18).
    private static int[] Even(int channels, int parts)
    {
        var size = (channels + parts - 1) / parts;
        return [.. Enumerable.Range(0, parts).Select(i => Math.Min(size, channels - (i * size)))];
    }
}
