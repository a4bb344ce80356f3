using Enlarger.Inference.Onnx;
using static Enlarger.Tests.Inference.ReferenceTensor;

namespace Enlarger.Tests.Inference;

/// <summary>
/// A reference interpreter of ONNX graphs: slow, in double precision, each operator written from its page of the ONNX
/// standard (onnx.ai/onnx/operators). It shares only the file reader with the tested code.
/// Types are not modelled: float16 computes like float.
/// </summary>
internal static class ReferenceRuntime
{
    /// <param name="graph">A graph with one input.</param>
    /// <param name="input">Samples of the shape [1, channels, height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="repeatsEdges">
    /// Unlike in the standard, padding with zeros or a constant repeats the outermost pixels instead.
    /// </param>
    public static ReferenceTensor Run(
        OnnxGraph graph, ReadOnlySpan<float> input, int height, int width, bool repeatsEdges = false)
    {
        var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in graph.Initializers)
        {
            values[name] = Of(tensor);
        }

        double[] samples = [.. input.ToArray().Select(x => (double)x)];
        values[graph.Inputs.Single().Name] = new([1, samples.Length / height / width, height, width], samples);
        foreach (var node in graph.Nodes)
        {
            ReferenceTensor?[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? null : values[name])];
            var results = RunMany(new ReferenceNode(node, graph.Opset, inputs, repeatsEdges));
            for (var i = 0; i < node.Outputs.Count; i++)
            {
                values[node.Outputs[i]] = results[i];
            }
        }

        return values[graph.Outputs.Single()];
    }

    private static ReferenceTensor[] RunMany(ReferenceNode node) => node.Node.Operator switch
    {
        "Split" => ReferenceShapes.Split(node),
        // In inference the optional mask output of Dropout is all true.
        "Dropout" => [node.X, node.X with { Values = [.. node.X.Values.Select(_ => 1.0)] }],
        _ => [RunOne(node)],
    };

    private static ReferenceTensor RunOne(ReferenceNode node) => node.Node.Operator switch
    {
        "Conv" => ReferenceConvolution.Conv(node),
        "ConvTranspose" => ReferenceConvolution.ConvTranspose(node),

        "PRelu" => Map(node.X, node[1], (x, slope) => x < 0 ? slope * x : x),
        "LeakyRelu" => Map(node.X, x => x < 0 ? node.Float("alpha", 0.01) * x : x),
        "Relu" => Map(node.X, x => Math.Max(x, 0)),
        "Sigmoid" => Map(node.X, x => 1 / (1 + Math.Exp(-x))),
        "Tanh" => Map(node.X, Math.Tanh),
        "Clip" => Clip(node),
        "Floor" => Map(node.X, Math.Floor),
        "Neg" => Map(node.X, x => -x),
        "Abs" => Map(node.X, Math.Abs),
        "Exp" => Map(node.X, Math.Exp),
        "Sqrt" => Map(node.X, Math.Sqrt),
        "Pow" => Map(node.X, node[1], Math.Pow),
        "Add" => Map(node.X, node[1], (a, b) => a + b),
        "Sub" => Map(node.X, node[1], (a, b) => a - b),
        "Mul" => Map(node.X, node[1], (a, b) => a * b),
        "Div" => Map(node.X, node[1], (a, b) => node.X.IsInteger ? Math.Truncate(a / b) : a / b),
        "BatchNormalization" => BatchNormalization(node),
        "GlobalAveragePool" => Mean(node.X, [2, 3]),
        "ReduceMean" => ReduceMean(node),

        "Resize" => ReferenceResize.Resize(node),
        "Upsample" => ReferenceResize.Upsample(node),

        "Concat" => ReferenceShapes.Concat(node),
        "Slice" => ReferenceShapes.Slice(node),
        "Pad" => ReferenceShapes.Pad(node),
        "DepthToSpace" => ReferenceShapes.DepthToSpace(node),
        "SpaceToDepth" => ReferenceShapes.SpaceToDepth(node),
        "Transpose" => ReferenceShapes.Transpose(node),
        "Reshape" => ReferenceShapes.Reshape(node),
        "Unsqueeze" => ReferenceShapes.Unsqueeze(node),
        "Squeeze" => ReferenceShapes.Squeeze(node),
        "Gather" => ReferenceShapes.Gather(node),
        "Shape" => ReferenceShapes.Shape(node),

        "Identity" => node.X,
        "Cast" => Cast(node),
        "Constant" => Constant(node),
        "ConstantOfShape" => ConstantOfShape(node),
        _ => throw new NotSupportedException(node.Node.Operator),
    };

    private static ReferenceTensor Map(ReferenceTensor x, Func<double, double> f) =>
        x with { Values = [.. x.Values.Select(f)] };

    /// <summary>Two tensors element by element, with multidirectional broadcasting.</summary>
    private static ReferenceTensor Map(ReferenceTensor a, ReferenceTensor b, Func<double, double, double> f)
    {
        var shape = new int[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (lengthA, lengthB) = (i <= a.Rank ? a.Shape[^i] : 1, i <= b.Rank ? b.Shape[^i] : 1);
            Assert.True(lengthA == lengthB || lengthA == 1 || lengthB == 1, "These shapes cannot be broadcast.");
            shape[^i] = lengthA == 1 ? lengthB : lengthA;
        }

        return Fill(shape, index => f(Broadcast(a, index), Broadcast(b, index)), a.IsInteger);
    }

    // Shapes are aligned at their last dimensions; a length of 1 is broadcast.
    private static double Broadcast(ReferenceTensor tensor, int[] index)
    {
        Span<int> own = stackalloc int[tensor.Rank];
        for (var axis = 0; axis < own.Length; axis++)
        {
            own[axis] = tensor.Shape[axis] == 1 ? 0 : index[index.Length - own.Length + axis];
        }

        return tensor[own];
    }

    private static ReferenceTensor Clip(ReferenceNode node)
    {
        var (min, max) = node.Opset < 11
            ? (node.Float("min", double.MinValue), node.Float("max", double.MaxValue))
            : (node.Find(1)?.Values[0] ?? double.MinValue, node.Find(2)?.Values[0] ?? double.MaxValue);
        return Map(node.X, x => Math.Min(Math.Max(x, min), max));
    }

    private static ReferenceTensor BatchNormalization(ReferenceNode node)
    {
        var epsilon = node.Float("epsilon", 1e-5);
        var (scale, bias, mean, variance) = (node[1], node[2], node[3], node[4]);
        return Fill(node.X.Shape, index =>
        {
            var c = index[1];
            return (node.X[index] - mean[c]) / Math.Sqrt(variance[c] + epsilon) * scale[c] + bias[c];
        });
    }

    private static ReferenceTensor ReduceMean(ReferenceNode node)
    {
        var axes = node.ListOf("axes", 1, inputSince: 18) ?? [.. Enumerable.Range(0, node.X.Rank).Select(i => (long)i)];
        int[] reduced = [.. axes.Select(node.X.Axis)];
        var mean = Mean(node.X, reduced);
        return node.Int("keepdims", 1) == 1
            ? mean
            : mean with { Shape = [.. mean.Shape.Where((_, axis) => !reduced.Contains(axis))] };
    }

    private static ReferenceTensor Mean(ReferenceTensor x, int[] axes)
    {
        int[] shape = [.. x.Shape.Select((length, axis) => axes.Contains(axis) ? 1 : length)];
        int[] window = [.. x.Shape.Select((length, axis) => axes.Contains(axis) ? length : 1)];
        return Fill(shape, index =>
        {
            int[] at = [.. index];
            return Fill(window, offset => x[[.. offset.Select((o, axis) => o + at[axis])]]).Values.Average();
        });
    }

    private static ReferenceTensor Cast(ReferenceNode node)
    {
        var isInteger = (OnnxType)node.Int("to", 0) is OnnxType.Int32 or OnnxType.Int64;
        return (isInteger ? Map(node.X, Math.Truncate) : node.X) with { IsInteger = isInteger };
    }

    private static ReferenceTensor Constant(ReferenceNode node) => node.Node.Attributes.Single() switch
    {
        ("value", { Tensor: { } tensor }) => Of(tensor),
        ("value_int", { Int: { } value }) => Scalar(value, isInteger: true),
        ("value_ints", { Ints: { } values }) => List(values),
        ("value_float", { Float: { } value }) => Scalar(value, isInteger: false),
        ("value_floats", { Floats: { } values }) => new([values.Length], [.. values.Select(x => (double)x)]),
        var (name, _) => throw new NotSupportedException($"Constant: {name}"),
    };

    private static ReferenceTensor ConstantOfShape(ReferenceNode node)
    {
        var value = node.Attribute("value")?.Tensor is { } tensor ? Of(tensor) : Scalar(0, isInteger: false);
        return Fill([.. node.X.ToInts().Select(length => (int)length)], _ => value.Values[0], value.IsInteger);
    }
}
