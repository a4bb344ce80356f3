using Enlarger.Inference.Kernels;
using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Rectifiers, activation functions and arithmetic.</summary>
internal static class ElementwiseOperators
{
    public static void Relu(GraphBuilder builder, OnnxNode node) => Rectify(builder, node, [0]);

    public static void LeakyRelu(GraphBuilder builder, OnnxNode node) =>
        Rectify(builder, node, [node.Float("alpha", 0.01f)]);

    public static void PRelu(GraphBuilder builder, OnnxNode node) =>
        Rectify(builder, node, PerChannel(builder, node.Input(0), builder.Constant(node.Input(1))));

    public static void Sigmoid(GraphBuilder builder, OnnxNode node) => Unary(builder, node, UnaryOperation.Sigmoid);

    public static void Tanh(GraphBuilder builder, OnnxNode node) => Unary(builder, node, UnaryOperation.Tanh);

    public static void Clip(GraphBuilder builder, OnnxNode node)
    {
        var low = node.Has(1) ? builder.Constant(node.Input(1)).Floats[0] : node.Float("min", float.MinValue);
        var high = node.Has(2) ? builder.Constant(node.Input(2)).Floats[0] : node.Float("max", float.MaxValue);
        Unary(builder, node, UnaryOperation.Clip, low, high);
    }

    public static void Add(GraphBuilder builder, OnnxNode node) => Binary(builder, node, BinaryOperation.Add);

    public static void Sub(GraphBuilder builder, OnnxNode node) => Binary(builder, node, BinaryOperation.Subtract);

    public static void Mul(GraphBuilder builder, OnnxNode node) => Binary(builder, node, BinaryOperation.Multiply);

    public static void Div(GraphBuilder builder, OnnxNode node) => Binary(builder, node, BinaryOperation.Divide);

    private static void Unary(
        GraphBuilder builder, OnnxNode node, UnaryOperation operation, float low = 0, float high = 0) =>
        builder.Emit(node.Outputs[0], output => new UnaryStep(
            builder.Map(node.Input(0)), output, operation, low, high));

    private static void Rectify(GraphBuilder builder, OnnxNode node, float[] slopes)
    {
        if (builder.SoleProducer(node.Input(0)) is { } conv)
        {
            var each = slopes.Length == 1 ? [.. Enumerable.Repeat(slopes[0], conv.OutputChannels)] : slopes;
            builder.Replace(node.Outputs[0], conv, conv.With(each));
            return;
        }

        Constant(builder, node, node.Input(0), BinaryOperation.Rectify, slopes, constantFirst: false);
    }

    private static void Binary(GraphBuilder builder, OnnxNode node, BinaryOperation operation)
    {
        var (left, right) = (node.Input(0), node.Input(1));
        if (builder.IsConstant(right))
        {
            var numbers = PerChannel(builder, left, builder.Constant(right));
            Constant(builder, node, left, operation, numbers, constantFirst: false);
        }
        else if (builder.IsConstant(left))
        {
            var numbers = PerChannel(builder, right, builder.Constant(left));
            Constant(builder, node, right, operation, numbers, constantFirst: true);
        }
        else
        {
            builder.Emit(node.Outputs[0], output => new BinaryStep(
                builder.Map(left), builder.Map(right), output, operation));
        }
    }

    private static void Constant(
        GraphBuilder builder, OnnxNode node, string map, BinaryOperation operation, float[] numbers, bool constantFirst)
    {
        builder.Emit(node.Outputs[0], output => new ConstantStep(
            builder.Map(map), output, operation, numbers, constantFirst));
    }

    // One number, or one for each channel: [C, 1, 1] under the broadcasting rules of ONNX.
    private static float[] PerChannel(GraphBuilder builder, string map, OnnxTensor constant)
    {
        var channels = builder.Shape(map).Channels;
        var numbers = constant.Floats;
        var shape = constant.Shape;
        var channelAxis = shape.Length >= 3 ? shape[^3] : 1;
        if (numbers.Length == 1 || (numbers.Length == channels && channelAxis == channels))
        {
            return numbers;
        }

        throw new ModelException(
            $"A constant of [{string.Join(", ", shape)}] is neither one number nor one for each channel.");
    }
}
