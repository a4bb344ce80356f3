using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Convolutions, and batch normalisation, which is folded into them.</summary>
internal static class ConvOperators
{
    // With fewer channels than a vector has lanes, a dense convolution padded with zero weights is faster.
    private const int DepthwiseChannelsMin = 16;

    // Far beyond what networks of the field use, so that larger values mean a damaged file.
    private const int StrideMax = 16;
    private const int DilationMax = 64;
    private const int KernelMax = 64;

    public static void Conv(GraphBuilder builder, OnnxNode node)
    {
        var input = builder.Shape(node.Input(0));
        var weights = builder.Constant(node.Input(1));
        var groups = node.Int("group", 1);
        if (weights.Shape.Length != 4 || weights.Floats.Length == 0 || groups < 1 || weights.Shape[0] % groups != 0
            || weights.Shape[1] * groups != input.Channels)
        {
            throw new ModelException($"Weights of [{string.Join(", ", weights.Shape)}] do not fit the input.");
        }

        var outputs = (int)weights.Shape[0];
        var geometry = Geometry(node, weights.Shape);
        var bias = node.Has(2) ? builder.Constant(node.Input(2)).Floats : new float[outputs];
        var depthwise = groups == outputs && weights.Shape[1] == 1 && groups >= DepthwiseChannelsMin;
        var dense = depthwise || groups == 1 ? weights.Floats : Densify(weights, groups);
        builder.Emit(node.Outputs[0], output => new ConvStep(
            [builder.Map(node.Input(0))], output, geometry, dense, Checked(bias, outputs), Ones(outputs), depthwise));
    }

    /// <summary>
    /// A transposed convolution of stride s is a plain convolution to s x s times the channels, followed by a pixel
    /// shuffle: output o uses tap t of input i where o + pad = i s + t, so that outputs of the same phase share taps.
    /// </summary>
    public static void ConvTranspose(GraphBuilder builder, OnnxNode node)
    {
        var input = builder.Shape(node.Input(0));
        var weights = builder.Constant(node.Input(1));
        var groups = node.Int("group", 1);
        if (weights.Shape.Length != 4 || weights.Floats.Length == 0 || groups < 1 || weights.Shape[0] != input.Channels
            || weights.Shape[0] % groups != 0)
        {
            throw new ModelException($"Weights of [{string.Join(", ", weights.Shape)}] do not fit the input.");
        }

        var (kernelRows, kernelColumns) = ((int)weights.Shape[2], (int)weights.Shape[3]);
        var strides = node.Ints("strides") ?? [1, 1];
        var pads = node.Ints("pads") ?? [0, 0, 0, 0];
        var extra = node.Ints("output_padding") ?? [0, 0];
        var dilations = node.Ints("dilations") ?? [1, 1];
        if (strides[0] != strides[1] || dilations.Any(dilation => dilation != 1)
            || node.Ints("output_shape") is not null || node.Text("auto_pad", "NOTSET") != "NOTSET"
            || extra.Zip(strides, (e, s) => e >= s).Any(bad => bad))
        {
            throw new ModelException("Only equal strides, no dilation and explicit pads are supported.");
        }

        if (strides[0] is < 1 or > StrideMax || kernelRows is < 1 or > KernelMax || kernelColumns is < 1 or > KernelMax
            || pads.Any(pad => pad is < 0 or > KernelMax) || extra.Any(rows => rows < 0))
        {
            throw new ModelException("Its kernel, strides or pads are not those of a picture.");
        }

        var stride = strides[0];
        var (tapRows, tapColumns) = (Taps(kernelRows, stride), Taps(kernelColumns, stride));
        var outputs = (int)weights.Shape[1] * groups;
        var bias = node.Has(2) ? Checked(builder.Constant(node.Input(2)).Floats, outputs) : new float[outputs];

        // Output padding may extend beyond the last tap, where one more input row (zero) is read.
        var geometry = new ConvGeometry(
            tapRows, tapColumns, 1, 1, 1, 1, tapRows - 1, tapColumns - 1, tapRows, tapColumns);
        var spread = builder.Emit(output => new ConvStep(
            [builder.Map(node.Input(0))],
            output,
            geometry,
            Phases(weights, groups, stride, tapRows, tapColumns),
            [.. Enumerable.Range(0, outputs * stride * stride).Select(o => bias[o / (stride * stride)])],
            Ones(outputs * stride * stride),
            depthwise: false));
        var shuffled = builder.Emit(output => new DepthToSpaceStep(spread, output, stride, blockFirst: false));

        var rows = Crop(input.Height, stride, kernelRows, tapRows, pads[0], pads[2], extra[0]);
        var columns = Crop(input.Width, stride, kernelColumns, tapColumns, pads[1], pads[3], extra[1]);
        builder.Emit(node.Outputs[0], output => new RemapStep(shuffled, output, rows, columns, Border.Constant));
    }

    public static void BatchNormalization(GraphBuilder builder, OnnxNode node)
    {
        var scale = builder.Constant(node.Input(1)).Floats;
        var shift = builder.Constant(node.Input(2)).Floats;
        var mean = builder.Constant(node.Input(3)).Floats;
        var variance = builder.Constant(node.Input(4)).Floats;
        var epsilon = node.Float("epsilon", 1e-5f);
        var channels = builder.Shape(node.Input(0)).Channels;
        var factor = new float[channels];
        var offset = new float[channels];
        for (var c = 0; c < channels; c++)
        {
            factor[c] = (float)(scale[c] / Math.Sqrt(variance[c] + epsilon));
            offset[c] = (float)(shift[c] - ((double)mean[c] * factor[c]));
        }

        if (builder.SoleProducer(node.Input(0)) is { } conv)
        {
            var each = conv.Weights.Length / channels;
            var weights = conv.Weights.Select((weight, i) => weight * factor[i / each]).ToArray();
            var bias = conv.Bias.Select((b, c) => (b * factor[c]) + offset[c]).ToArray();
            builder.Replace(node.Outputs[0], conv, new ConvStep(
                conv.Inputs, conv.Output, conv.Geometry, weights, bias, conv.Slopes, conv.Depthwise));
            return;
        }

        var scaled = builder.Emit(output => new ConstantStep(
            builder.Map(node.Input(0)), output, Kernels.BinaryOperation.Multiply, factor, constantFirst: false));
        builder.Emit(node.Outputs[0], output => new ConstantStep(
            scaled, output, Kernels.BinaryOperation.Add, offset, constantFirst: false));
    }

    private static ConvGeometry Geometry(OnnxNode node, long[] shape)
    {
        var strides = node.Ints("strides") ?? [1, 1];
        var dilations = node.Ints("dilations") ?? [1, 1];
        var pads = node.Ints("pads") ?? [0, 0, 0, 0];
        var kernel = node.Ints("kernel_shape") ?? [(int)shape[2], (int)shape[3]];
        if (strides.Length != 2 || strides.Any(stride => stride is < 1 or > StrideMax)
            || dilations.Length != 2 || dilations.Any(dilation => dilation is < 1 or > DilationMax)
            || kernel.Length != 2 || kernel[0] != shape[2] || kernel[1] != shape[3]
            || kernel.Any(length => length is < 1 or > KernelMax)
            || pads.Length != 4 || pads.Any(pad => pad is < 0 or > KernelMax * DilationMax))
        {
            throw new ModelException("Its kernel, strides, dilations or pads are not those of a picture.");
        }

        var geometry = new ConvGeometry(
            (int)shape[2], (int)shape[3], strides[0], strides[1], dilations[0], dilations[1],
            pads[0], pads[1], pads[2], pads[3]);
        return node.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" => geometry,
            "VALID" => geometry with { PadTop = 0, PadLeft = 0, PadBottom = 0, PadRight = 0 },
            "SAME_UPPER" => Same(geometry, 0),
            "SAME_LOWER" => Same(geometry, 1),
            var other => throw new ModelException($"auto_pad {other} is not supported."),
        };
    }

    // Pads so that the size stays the same; of an odd total, the extra row goes to the end, or to the start for
    // SAME_LOWER.
    private static ConvGeometry Same(ConvGeometry geometry, int roundUp)
    {
        if (geometry.StrideRows != 1 || geometry.StrideColumns != 1)
        {
            throw new ModelException("Automatic padding of a convolution with strides depends on the picture's size.");
        }

        var rows = geometry.Span(Axis.Rows) - 1;
        var columns = geometry.Span(Axis.Columns) - 1;
        return geometry with
        {
            PadTop = (rows + roundUp) / 2,
            PadBottom = rows - ((rows + roundUp) / 2),
            PadLeft = (columns + roundUp) / 2,
            PadRight = columns - ((columns + roundUp) / 2),
        };
    }

    private static float[] Densify(OnnxTensor weights, int groups)
    {
        var (outputs, inputs) = ((int)weights.Shape[0], (int)weights.Shape[1]);
        var taps = (int)(weights.Shape[2] * weights.Shape[3]);
        var dense = new float[checked(outputs * inputs * groups * taps)];
        for (var o = 0; o < outputs; o++)
        {
            var first = o / (outputs / groups) * inputs;
            weights.Floats.AsSpan(o * inputs * taps, inputs * taps)
                .CopyTo(dense.AsSpan(((o * inputs * groups) + first) * taps));
        }

        return dense;
    }

    private static int Taps(int kernel, int stride) => (kernel + stride - 1) / stride;

    // [output channel x phase, input channel, tap row, tap column]; taps of a phase in the order of the input.
    private static float[] Phases(OnnxTensor weights, int groups, int stride, int tapRows, int tapColumns)
    {
        var (inputs, each) = ((int)weights.Shape[0], (int)weights.Shape[1]);
        var (kernelRows, kernelColumns) = ((int)weights.Shape[2], (int)weights.Shape[3]);
        var phases = stride * stride;
        var result = new float[checked(each * groups * phases * inputs * tapRows * tapColumns)];
        for (var i = 0; i < inputs; i++)
        {
            for (var o = 0; o < each; o++)
            {
                var output = (i / (inputs / groups) * each) + o;
                for (var t = 0; t < kernelRows * kernelColumns; t++)
                {
                    var (row, column) = (t / kernelColumns, t % kernelColumns);
                    var phase = (row % stride * stride) + (column % stride);
                    var tap = ((tapRows - 1 - (row / stride)) * tapColumns) + tapColumns - 1 - (column / stride);
                    var position = ((((output * phases) + phase) * inputs) + i) * tapRows * tapColumns;
                    result[position + tap] = weights.Floats[(((i * each) + o) * kernelRows * kernelColumns) + t];
                }
            }
        }

        return result;
    }

    // The convolution yields `taps` more rows than its input; after the shuffle, row `pad` is the first of the result.
    private static AxisMap Crop(int input, int stride, int kernel, int taps, int padStart, int padEnd, int extra)
    {
        var spread = (input + taps) * stride;
        var result = ((input - 1) * stride) + kernel + extra - padStart - padEnd;
        return new AxisMap(-padStart, result - spread + padStart);
    }

    private static float[] Checked(float[] bias, int outputs) =>
        bias.Length == outputs
            ? bias
            : throw new ModelException($"{bias.Length} numbers of bias for {outputs} channels.");

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
