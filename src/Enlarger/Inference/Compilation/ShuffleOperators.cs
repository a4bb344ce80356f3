using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;
using Enlarger.Models;

namespace Enlarger.Inference.Compilation;

/// <summary>
/// Reshape, Transpose, Reshape: how older exporters write a pixel shuffle or its reverse. Other uses of them have no
/// meaning for a picture and are refused.
/// </summary>
internal static class ShuffleOperators
{
    public static void Reshape(GraphBuilder builder, OnnxNode node)
    {
        var name = node.Input(0);
        var wanted = builder.ConstantInts(node.Input(1));
        if (builder.Suspended(name) is { Permutation: { } permutation } pending)
        {
            Complete(builder, node, pending, permutation);
            return;
        }

        var shape = builder.Shape(name);
        var dimensions = Resolve(wanted, [1, shape.Channels, shape.Height, shape.Width]);
        if (dimensions.SequenceEqual([1, shape.Channels, shape.Height, shape.Width]))
        {
            builder.Alias(node.Outputs[0], name);
            return;
        }

        builder.Suspend(node.Outputs[0], new PendingReshape(name, dimensions, Permutation: null));
    }

    public static void Transpose(GraphBuilder builder, OnnxNode node)
    {
        var permutation = node.Ints("perm");
        if (builder.Suspended(node.Input(0)) is not { Permutation: null } pending || permutation is null)
        {
            throw new ModelException("It is no part of a pixel shuffle.");
        }

        builder.Suspend(node.Outputs[0], pending with { Permutation = permutation });
    }

    private static void Complete(GraphBuilder builder, OnnxNode node, PendingReshape pending, int[] permutation)
    {
        var shape = builder.Shape(pending.Source);
        var source = builder.Map(pending.Source);
        var d = pending.Dimensions;
        if (d.Length != 6 || d[0] != 1)
        {
            throw new ModelException("It is no part of a pixel shuffle.");
        }

        // [1, C, r, r, H, W] -> [1, C, H, r, W, r]
        if (permutation is [0, 1, 4, 2, 5, 3] && d[2] == d[3] && d[4] == shape.Height && d[5] == shape.Width)
        {
            builder.Emit(node.Outputs[0], output => new DepthToSpaceStep(source, output, d[2], blockFirst: false));
        }

        // [1, r, r, C, H, W] -> [1, C, H, r, W, r]
        else if (permutation is [0, 3, 4, 1, 5, 2] && d[1] == d[2] && d[4] == shape.Height && d[5] == shape.Width)
        {
            builder.Emit(node.Outputs[0], output => new DepthToSpaceStep(source, output, d[1], blockFirst: true));
        }

        // [1, C, H, r, W, r] -> [1, C, r, r, H, W]
        else if (permutation is [0, 1, 3, 5, 2, 4] && d[1] == shape.Channels && d[3] == d[5]
            && d[2] * d[3] == shape.Height)
        {
            builder.Emit(node.Outputs[0], output => new SpaceToDepthStep(source, output, d[3], blockFirst: false));
        }

        // [1, C, H, r, W, r] -> [1, r, r, C, H, W]
        else if (permutation is [0, 3, 5, 1, 2, 4] && d[1] == shape.Channels && d[3] == d[5]
            && d[2] * d[3] == shape.Height)
        {
            builder.Emit(node.Outputs[0], output => new SpaceToDepthStep(source, output, d[3], blockFirst: true));
        }
        else
        {
            throw new ModelException("It is no part of a pixel shuffle.");
        }
    }

    // 0 keeps a dimension, -1 is what is left.
    private static int[] Resolve(int[] wanted, int[] from)
    {
        var resolved = wanted.Select((length, i) => length == 0 && i < from.Length ? from[i] : length).ToArray();
        var open = Array.IndexOf(resolved, -1);
        if (open >= 0)
        {
            var known = resolved.Where(length => length > 0).Aggregate(1L, (a, b) => a * b);
            resolved[open] = checked((int)(from.Aggregate(1L, (a, b) => a * b) / Math.Max(1, known)));
        }

        return resolved;
    }
}
