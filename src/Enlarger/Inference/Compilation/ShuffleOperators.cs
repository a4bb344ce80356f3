using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>
/// Reshape, Transpose, Reshape: how exporters write a pixel shuffle or its reverse where ONNX has no operator for it.
/// Any other use of them is refused, as it has no meaning for pictures.
/// </summary>
internal static class ShuffleOperators
{
    private const string NoShuffle = "It is no part of a pixel shuffle.";

    public static void Reshape(GraphBuilder builder, OnnxNode node) =>
        View(builder, node, shape => Resolve(builder.ConstantInts(node.Input(1)), shape));

    public static void Squeeze(GraphBuilder builder, OnnxNode node) =>
        View(builder, node, shape => Whole(ConstantFolder.Squeezed(Long(shape), Axes(builder, node))));

    public static void Unsqueeze(GraphBuilder builder, OnnxNode node) =>
        View(builder, node, shape => Whole(ConstantFolder.Unsqueezed(Long(shape), Axes(builder, node))));

    public static void Transpose(GraphBuilder builder, OnnxNode node)
    {
        var view = builder.Suspended(node.Input(0));
        var permutation = node.Ints("perm");
        if (view?.Permutation is not null || permutation?.Length != view?.Shape.Length || permutation is null)
        {
            throw new ModelException(NoShuffle);
        }

        int[] shape = [.. permutation.Select(axis => view!.Shape[axis])];
        builder.Suspend(node.Outputs[0], view! with { Permutation = permutation, Shape = shape });
    }

    private static void View(GraphBuilder builder, OnnxNode node, Func<int[], int[]> change)
    {
        var name = node.Input(0);
        if (builder.Suspended(name) is not { } view)
        {
            var map = builder.Shape(name);
            int[] dimensions = [1, map.Channels, map.Height, map.Width];
            view = new MapView(name, dimensions, Permutation: null, dimensions);
        }

        var shape = change(view.Shape);
        var source = builder.Shape(view.Source);
        if (view.Permutation is null && shape.SequenceEqual([1, source.Channels, source.Height, source.Width]))
        {
            builder.Alias(node.Outputs[0], view.Source);
        }
        else if (view.Permutation is null)
        {
            builder.Suspend(node.Outputs[0], view with { Dimensions = shape, Shape = shape });
        }
        else if (shape.Length == 4)
        {
            Complete(builder, node.Outputs[0], view, shape);
        }
        else
        {
            builder.Suspend(node.Outputs[0], view with { Shape = shape });
        }
    }

    private static void Complete(GraphBuilder builder, string name, MapView view, int[] shape)
    {
        var map = builder.Shape(view.Source);
        var source = builder.Map(view.Source);
        var d = view.Dimensions;
        Func<int, Step> step = view.Permutation switch
        {
            // [1, C, r, r, H, W] to [1, C, H, r, W, r]
            [0, 1, 4, 2, 5, 3] when d[2] == d[3] && d[4] == map.Height && d[5] == map.Width =>
                output => new DepthToSpaceStep(source, output, d[2], blockFirst: false),

            // [1, r, r, C, H, W] to [1, C, H, r, W, r]
            [0, 3, 4, 1, 5, 2] when d[1] == d[2] && d[4] == map.Height && d[5] == map.Width =>
                output => new DepthToSpaceStep(source, output, d[1], blockFirst: true),

            // [1, C, H, r, W, r] to [1, C, r, r, H, W]
            [0, 1, 3, 5, 2, 4] when d[1] == map.Channels && d[3] == d[5] && d[2] * d[3] == map.Height =>
                output => new SpaceToDepthStep(source, output, d[3], blockFirst: false),

            // [1, C, H, r, W, r] to [1, r, r, C, H, W]
            [0, 3, 5, 1, 2, 4] when d[1] == map.Channels && d[3] == d[5] && d[2] * d[3] == map.Height =>
                output => new SpaceToDepthStep(source, output, d[3], blockFirst: true),

            _ => throw new ModelException(NoShuffle),
        };
        builder.Emit(name, step);
        var result = builder.Shape(name);
        if (!shape.SequenceEqual([1, result.Channels, result.Height, result.Width]))
        {
            throw new ModelException(NoShuffle);
        }
    }

    private static int[] Axes(GraphBuilder builder, OnnxNode node) =>
        node.Ints("axes") ?? (node.Has(1) ? builder.ConstantInts(node.Input(1)) : []);

    private static long[] Long(int[] shape) => [.. shape.Select(length => (long)length)];

    private static int[] Whole(long[] shape) => [.. shape.Select(OnnxNodeExtensions.Clamp)];

    // In the target shape, 0 keeps a dimension and -1 is inferred from the others.
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
