using static Enlarger.Tests.Inference.ReferenceTensor;

namespace Enlarger.Tests.Inference;

/// <summary>The operators of the reference that only move elements.</summary>
internal static class ReferenceShapes
{
    public static ReferenceTensor Concat(ReferenceNode node)
    {
        var axis = node.X.Axis(node.Int("axis", 0));
        ReferenceTensor[] parts = [.. node.Inputs.Select(part => part!)];
        int[] shape = [.. node.X.Shape];
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        return Fill(
            shape,
            at =>
            {
                int[] index = [.. at];
                var part = 0;
                for (; index[axis] >= parts[part].Shape[axis]; part++)
                {
                    index[axis] -= parts[part].Shape[axis];
                }

                return parts[part][index];
            },
            node.X.IsInteger);
    }

    public static ReferenceTensor[] Split(ReferenceNode node)
    {
        var axis = node.X.Axis(node.Int("axis", 0));
        var length = node.X.Shape[axis];
        // Without sizes the parts are equal; since opset 18 the last may be shorter.
        var equal = (length + node.Node.Outputs.Count - 1) / node.Node.Outputs.Count;
        int[] sizes = node.ListOf("split", 1, inputSince: 13) is { } given
            ? [.. given.Select(size => (int)size)]
            : [.. node.Node.Outputs.Select((_, i) => Math.Min(equal, length - i * equal))];
        Assert.Equal(length, sizes.Sum());
        return [.. sizes.Select((size, i) => Window(node.X, axis, sizes[..i].Sum(), 1, size))];
    }

    public static ReferenceTensor Slice(ReferenceNode node)
    {
        var starts = node.ListOf("starts", 1, inputSince: 10)!;
        var ends = node.ListOf("ends", 2, inputSince: 10)!;
        var axes = node.ListOf("axes", 3, inputSince: 10);
        var steps = node.Find(4)?.ToInts();
        var x = node.X;
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = x.Axis(axes?[i] ?? i);
            var step = steps?[i] ?? 1;
            long length = x.Shape[axis];
            var start = starts[i] < 0 ? starts[i] + length : starts[i];
            var end = ends[i] < 0 ? ends[i] + length : ends[i];
            (start, end) = step > 0
                ? (Math.Clamp(start, 0, length), Math.Clamp(end, 0, length))
                : (Math.Clamp(start, 0, length - 1), Math.Clamp(end, -1, length - 1));
            var count = Math.Max(0, Math.Ceiling((end - start) / (double)step));
            x = Window(x, axis, (int)start, (int)step, (int)count);
        }

        return x;
    }

    private static ReferenceTensor Window(ReferenceTensor x, int axis, int start, int step, int count)
    {
        int[] shape = [.. x.Shape];
        shape[axis] = count;
        return Fill(shape, at => x[[.. at.Select((i, a) => a == axis ? start + i * step : i)]], x.IsInteger);
    }

    public static ReferenceTensor Pad(ReferenceNode node)
    {
        var x = node.X;
        var given = node.ListOf("pads", 1, inputSince: 11)!;
        var axes = node.Find(3)?.ToInts() ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        var (begins, ends) = (new int[x.Rank], new int[x.Rank]);
        for (var i = 0; i < axes.Length; i++)
        {
            begins[x.Axis(axes[i])] = (int)given[i];
            ends[x.Axis(axes[i])] = (int)given[i + axes.Length];
        }

        var fill = node.Opset < 11 ? node.Float("value", 0) : node.Find(2)?.Values[0] ?? 0;
        var mode = node.Text("mode", "constant") is "constant" && node.RepeatsEdges
            ? "edge"
            : node.Text("mode", "constant");
        int[] shape = [.. x.Shape.Select((length, axis) => begins[axis] + length + ends[axis])];
        return Fill(shape, at =>
        {
            int[] index = [.. at.Select((i, axis) => Padded(i - begins[axis], x.Shape[axis], mode))];
            return index.Contains(-1) ? fill : x[index];
        });
    }

    // The source of position i, which may lie outside of the tensor; -1 where it is filled.
    private static int Padded(int i, int length, string mode) => (mode, i >= 0 && i < length) switch
    {
        (_, true) => i,
        ("constant", _) => -1,
        ("edge", _) => Math.Clamp(i, 0, length - 1),
        ("reflect", _) => i < 0 ? -i : 2 * (length - 1) - i,
        _ => throw new NotSupportedException(mode),
    };

    public static ReferenceTensor DepthToSpace(ReferenceNode node)
    {
        var (x, block) = (node.X, (int)node.Int("blocksize", 0));
        var channels = x.Shape[1] / (block * block);
        var columnsFirst = node.Text("mode", "DCR") == "CRD";
        return Fill([x.Shape[0], channels, x.Shape[2] * block, x.Shape[3] * block], at =>
        {
            var inside = at[2] % block * block + at[3] % block;
            var channel = columnsFirst ? at[1] * block * block + inside : inside * channels + at[1];
            return x[at[0], channel, at[2] / block, at[3] / block];
        });
    }

    public static ReferenceTensor SpaceToDepth(ReferenceNode node)
    {
        var (x, block) = (node.X, (int)node.Int("blocksize", 0));
        var channels = x.Shape[1];
        return Fill([x.Shape[0], channels * block * block, x.Shape[2] / block, x.Shape[3] / block], at =>
        {
            var inside = at[1] / channels;
            return x[at[0], at[1] % channels, at[2] * block + inside / block, at[3] * block + inside % block];
        });
    }

    public static ReferenceTensor Transpose(ReferenceNode node)
    {
        var x = node.X;
        var order = node.Ints("perm", [.. Enumerable.Range(0, x.Rank).Reverse().Select(i => (long)i)]);
        return Fill(
            [.. order.Select(axis => x.Shape[axis])],
            at =>
            {
                var index = new int[x.Rank];
                for (var i = 0; i < index.Length; i++)
                {
                    index[order[i]] = at[i];
                }

                return x[index];
            },
            x.IsInteger);
    }

    public static ReferenceTensor Reshape(ReferenceNode node)
    {
        var x = node.X;
        int[] shape = [.. node[1].ToInts().Select((length, axis) => length == 0 ? x.Shape[axis] : (int)length)];
        var open = Array.IndexOf(shape, -1);
        if (open >= 0)
        {
            shape[open] = x.Values.Length / -shape.Aggregate(1, (a, b) => a * b);
        }

        Assert.Equal(x.Values.Length, shape.Aggregate(1, (a, b) => a * b));
        return x with { Shape = shape };
    }

    public static ReferenceTensor Unsqueeze(ReferenceNode node)
    {
        var axes = node.ListOf("axes", 1, inputSince: 13)!;
        var shape = node.X.Shape.ToList();
        // Axes are those of the result, so the lower ones are inserted first.
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + shape.Count + axes.Length : axis).ToArray().Order())
        {
            shape.Insert((int)axis, 1);
        }

        return node.X with { Shape = [.. shape] };
    }

    public static ReferenceTensor Squeeze(ReferenceNode node)
    {
        var axes = node.ListOf("axes", 1, inputSince: 13)?.Select(node.X.Axis).ToArray();
        return node.X with
        {
            Shape = [.. node.X.Shape.Where((length, axis) => axes is null ? length != 1 : !axes.Contains(axis))],
        };
    }

    public static ReferenceTensor Gather(ReferenceNode node)
    {
        var (x, indices, axis) = (node.X, node[1], node.X.Axis(node.Int("axis", 0)));
        return Fill(
            [.. x.Shape[..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]],
            at =>
            {
                var i = (int)indices[at.AsSpan(axis, indices.Rank)];
                return x[[.. at[..axis], i < 0 ? i + x.Shape[axis] : i, .. at[(axis + indices.Rank)..]]];
            },
            x.IsInteger);
    }

    public static ReferenceTensor Shape(ReferenceNode node)
    {
        var start = (int)Math.Clamp(node.X.Axis(node.Int("start", 0)), 0, node.X.Rank);
        var end = (int)Math.Clamp(node.X.Axis(node.Int("end", node.X.Rank)), start, node.X.Rank);
        return List(node.X.Shape[start..end].Select(length => (long)length));
    }
}
