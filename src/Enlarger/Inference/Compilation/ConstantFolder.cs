using Enlarger.Inference.Onnx;

namespace Enlarger.Inference.Compilation;

/// <summary>
/// Computes nodes that do not depend on pixels: constants, and shapes of maps for the probed picture size.
/// </summary>
internal static class ConstantFolder
{
    /// <summary>Folds the node into a constant, if its inputs are constants.</summary>
    public static bool TryFold(GraphBuilder builder, OnnxNode node)
    {
        if (node.Operator == "Constant")
        {
            builder.Define(node.Outputs[0], Literal(node));
            return true;
        }

        if (node.Operator == "Shape" && builder.IsMap(node.Input(0)))
        {
            var shape = builder.Shape(node.Input(0));
            builder.Define(node.Outputs[0], Part(node, [1, shape.Channels, shape.Height, shape.Width]));
            return true;
        }

        if (node.Inputs.Count == 0 || !node.Inputs.All(name => name.Length == 0 || builder.IsConstant(name)))
        {
            return false;
        }

        var inputs = node.Inputs.Where(name => name.Length > 0).Select(builder.Constant).ToArray();
        builder.Define(node.Outputs[0], Fold(node, inputs));
        return true;
    }

    private static OnnxTensor Literal(OnnxNode node)
    {
        var (name, value) = node.Attributes.FirstOrDefault();
        return name switch
        {
            "value" when value.Tensor is { } tensor => tensor,
            "value_float" => Floats([], value.Float!.Value),
            "value_floats" => Floats([value.Floats!.Length], value.Floats),
            "value_int" => Ints([], value.Int!.Value),
            "value_ints" => Ints([value.Ints!.Length], value.Ints),
            _ => throw new ModelException("It holds no numbers."),
        };
    }

    private static OnnxTensor Fold(OnnxNode node, OnnxTensor[] inputs)
    {
        var first = inputs[0];
        return node.Operator switch
        {
            "Identity" or "Dropout" => first,
            "Cast" => Cast(first, (OnnxType)node.Int("to", 1)),
            "Shape" => Part(node, first.Shape),
            "Gather" => Gather(first, inputs[1], node.Int("axis", 0)),
            "Unsqueeze" => Reshaped(first, Unsqueezed(first.Shape, Axes(node, inputs))),
            "Squeeze" => Reshaped(first, Squeezed(first.Shape, Axes(node, inputs))),
            "Concat" => Concat(inputs, node.Int("axis", 0)),
            "Slice" => Slice(node, inputs),
            "Transpose" => Transpose(first, node.Ints("perm")),
            "Reshape" => Reshaped(first, Resolved(inputs[1].Ints, first)),
            "ConstantOfShape" => Filled(node, first.Ints),
            "Floor" => Each(first, Math.Floor),
            "Ceil" => Each(first, Math.Ceiling),
            "Neg" => Each(first, x => -x),
            "Sqrt" => Each(first, Math.Sqrt),
            "Add" => Combine(inputs, (a, b) => a + b),
            "Sub" => Combine(inputs, (a, b) => a - b),
            "Mul" => Combine(inputs, (a, b) => a * b),
            "Div" => Combine(inputs, IsWhole(first) ? (a, b) => Math.Truncate(a / b) : (a, b) => a / b),
            "Mod" => Combine(inputs, (a, b) => a - (b * Math.Floor(a / b))),
            _ => throw new ModelException("This operator is not supported on constants."),
        };
    }

    private static bool IsWhole(OnnxTensor tensor) => tensor.Floats.Length == 0 && tensor.Ints.Length > 0;

    private static OnnxTensor Floats(long[] shape, params float[] values) => new(OnnxType.Float, shape, values, []);

    private static OnnxTensor Ints(long[] shape, params long[] values) => new(OnnxType.Int64, shape, [], values);

    private static double[] Numbers(OnnxTensor tensor) =>
        IsWhole(tensor)
            ? [.. tensor.Ints.Select(value => (double)value)]
            : [.. tensor.Floats.Select(value => (double)value)];

    private static OnnxTensor Like(OnnxTensor type, long[] shape, double[] numbers) =>
        IsWhole(type)
            ? new(type.Type, shape, [], [.. numbers.Select(number => (long)number)])
            : new(type.Type, shape, [.. numbers.Select(number => (float)number)], []);

    private static OnnxTensor Reshaped(OnnxTensor tensor, long[] shape) => tensor with { Shape = shape };

    private static OnnxTensor Cast(OnnxTensor tensor, OnnxType to)
    {
        var isWhole = to is OnnxType.Int32 or OnnxType.Int64 or OnnxType.Bool or OnnxType.UInt8;
        if (!isWhole && !IsWhole(tensor))
        {
            return tensor with { Type = to };
        }

        var numbers = Numbers(tensor);
        return isWhole
            ? new(to, tensor.Shape, [], [.. numbers.Select(number => (long)number)])
            : new(to, tensor.Shape, [.. numbers.Select(number => (float)number)], []);
    }

    private static OnnxTensor Part(OnnxNode node, long[] shape)
    {
        var start = Index(node.Int("start", 0), shape.Length);
        var end = Index(node.Int("end", int.MaxValue), shape.Length);
        var part = shape[start..Math.Max(start, end)];
        return Ints([part.Length], part);
    }

    private static int Index(long index, int length) => (int)Math.Clamp(index < 0 ? index + length : index, 0, length);

    private static OnnxTensor Gather(OnnxTensor from, OnnxTensor indices, int axis)
    {
        if (axis is not (0 or -1) || from.Shape.Length != 1)
        {
            throw new ModelException("Only lists can be picked from.");
        }

        var numbers = Numbers(from);
        return Like(from, indices.Shape, [.. indices.Ints.Select(i => numbers[i < 0 ? i + numbers.Length : i])]);
    }

    private static int[] Axes(OnnxNode node, OnnxTensor[] inputs) =>
        node.Ints("axes") ?? (inputs.Length > 1 ? [.. inputs[1].Ints.Select(OnnxNodeExtensions.Clamp)] : []);

    public static long[] Unsqueezed(long[] shape, int[] axes)
    {
        var result = shape.ToList();
        var rank = shape.Length + axes.Length;
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order())
        {
            result.Insert(axis, 1);
        }

        return [.. result];
    }

    public static long[] Squeezed(long[] shape, int[] axes)
    {
        var gone = axes.Select(axis => axis < 0 ? axis + shape.Length : axis).ToHashSet();
        return [.. shape.Where((length, i) => gone.Count == 0 ? length != 1 : !gone.Contains(i))];
    }

    private static OnnxTensor Concat(OnnxTensor[] inputs, int axis)
    {
        if (axis is not (0 or -1) || inputs.Any(input => input.Shape.Length > 1))
        {
            throw new ModelException("Only lists can be joined.");
        }

        var numbers = inputs.SelectMany(Numbers).ToArray();
        return Like(inputs[0], [numbers.Length], numbers);
    }

    // Copies from a start index along each axis, in steps that may be negative.
    private static OnnxTensor Slice(OnnxNode node, OnnxTensor[] inputs)
    {
        var from = inputs[0];
        var starts = node.Attributes.GetValueOrDefault("starts")?.Ints ?? inputs[1].Ints;
        var ends = node.Attributes.GetValueOrDefault("ends")?.Ints ?? inputs[2].Ints;
        var axes = node.Attributes.GetValueOrDefault("axes")?.Ints ?? inputs.ElementAtOrDefault(3)?.Ints
            ?? [.. starts.Select((_, i) => (long)i)];
        var steps = inputs.ElementAtOrDefault(4)?.Ints ?? [.. starts.Select(_ => 1L)];
        var first = new long[from.Shape.Length];
        var step = Enumerable.Repeat(1L, from.Shape.Length).ToArray();
        long[] shape = [.. from.Shape];
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = axes[i] < 0 ? axes[i] + from.Shape.Length : axes[i];
            var length = (int)from.Shape[axis];
            step[axis] = steps[i];
            first[axis] = steps[i] > 0 ? Index(starts[i], length) : Math.Min(Index(starts[i], length), length - 1);
            var end = steps[i] > 0 ? Index(ends[i], length) : ends[i] < -length ? -1 : Index(ends[i], length);
            shape[axis] = Math.Max(0, (end - first[axis] + steps[i] - Math.Sign(steps[i])) / steps[i]);
        }

        return Rearranged(from, shape, index => [.. index.Select((at, axis) => first[axis] + (at * step[axis]))]);
    }

    private static OnnxTensor Transpose(OnnxTensor from, int[]? permutation)
    {
        var order = permutation ?? [.. Enumerable.Range(0, from.Shape.Length).Reverse()];
        return Rearranged(from, [.. order.Select(axis => from.Shape[axis])], index =>
        {
            var source = new long[index.Length];
            for (var i = 0; i < order.Length; i++)
            {
                source[order[i]] = index[i];
            }

            return source;
        });
    }

    private static OnnxTensor Rearranged(OnnxTensor from, long[] shape, Func<long[], long[]> source)
    {
        var numbers = Numbers(from);
        var result = new double[shape.Aggregate(1L, (a, b) => a * b)];
        var index = new long[shape.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var rest = (long)i;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
            }

            var at = source(index).Zip(from.Shape).Aggregate(0L, (sum, part) => (sum * part.Second) + part.First);
            result[i] = numbers[at];
        }

        return Like(from, shape, result);
    }

    private static long[] Resolved(long[] wanted, OnnxTensor from)
    {
        var count = Math.Max(from.Ints.Length, from.Floats.Length);
        var known = wanted.Where(length => length > 0).Aggregate(1L, (a, b) => a * b);
        return [.. wanted.Select((length, i) => length == 0 ? from.Shape[i] : length < 0 ? count / known : length)];
    }

    private static OnnxTensor Filled(OnnxNode node, long[] shape)
    {
        // A constant as large as the picture would hold for one picture size only; it is refused where it is used.
        const int CountMax = 1 << 16;
        var count = shape.Aggregate(1L, (a, b) => Math.Min(a * b, CountMax + 1L));
        if (count is < 0 or > CountMax)
        {
            throw new ModelException($"A constant of [{string.Join(", ", shape)}] is too large.");
        }

        var value = node.Attributes.GetValueOrDefault("value")?.Tensor ?? Floats([1], 0);
        return Like(value, shape, [.. Enumerable.Repeat(Numbers(value)[0], (int)count)]);
    }

    private static OnnxTensor Each(OnnxTensor tensor, Func<double, double> function) =>
        Like(tensor, tensor.Shape, [.. Numbers(tensor).Select(function)]);

    private static OnnxTensor Combine(OnnxTensor[] inputs, Func<double, double, double> function)
    {
        var (a, b) = (Numbers(inputs[0]), Numbers(inputs[1]));
        if (a.Length != b.Length && a.Length != 1 && b.Length != 1)
        {
            throw new ModelException("Constants of unlike sizes are combined.");
        }

        var count = Math.Max(a.Length, b.Length);
        var shape = a.Length >= b.Length ? inputs[0].Shape : inputs[1].Shape;
        var numbers = Enumerable.Range(0, count).Select(i => function(a[i % a.Length], b[i % b.Length]));
        return Like(inputs[0], shape, [.. numbers]);
    }
}
