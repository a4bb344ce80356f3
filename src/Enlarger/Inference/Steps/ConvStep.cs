using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>Geometry of a convolution. Pads count zero rows and columns; bottom and right may differ.</summary>
internal sealed record ConvGeometry(
    int KernelRows,
    int KernelColumns,
    int StrideRows,
    int StrideColumns,
    int DilationRows,
    int DilationColumns,
    int PadTop,
    int PadLeft,
    int PadBottom,
    int PadRight)
{
    public int Kernel(Axis axis) => axis == Axis.Rows ? KernelRows : KernelColumns;

    public int Stride(Axis axis) => axis == Axis.Rows ? StrideRows : StrideColumns;

    public int PadStart(Axis axis) => axis == Axis.Rows ? PadTop : PadLeft;

    public int PadEnd(Axis axis) => axis == Axis.Rows ? PadBottom : PadRight;

    /// <summary>From the first tap to the last.</summary>
    public int Span(Axis axis) =>
        ((Kernel(axis) - 1) * (axis == Axis.Rows ? DilationRows : DilationColumns)) + 1;

    public int OutputLength(Axis axis, int input) =>
        ((input + PadStart(axis) + PadEnd(axis) - Span(axis)) / Stride(axis)) + 1;
}

/// <summary>A convolution with bias and a rectifier: y = conv(x), negative values times the channel's slope.</summary>
/// <param name="input">The map that is read.</param>
/// <param name="output">The map that is written.</param>
/// <param name="geometry">Kernel, stride, dilation, pads.</param>
/// <param name="weights">[output channel, input channel, row, column]; depthwise has one input channel.</param>
/// <param name="bias">A number for each output channel.</param>
/// <param name="slopes">The same; 1 leaves negative values alone, 0 is ReLU.</param>
/// <param name="depthwise">Each channel is convolved with its own kernel.</param>
internal sealed unsafe class ConvStep(
    int input, int output, ConvGeometry geometry, float[] weights, float[] bias, float[] slopes, bool depthwise)
    : Step([input], output)
{
    private readonly Lock _packing = new();
    private PackedConv? _packed;

    public ConvGeometry Geometry { get; } = geometry;

    public float[] Weights { get; } = weights;

    public float[] Bias { get; } = bias;

    public float[] Slopes { get; } = slopes;

    public bool Depthwise { get; } = depthwise;

    public int OutputChannels => Bias.Length;

    public int InputChannels =>
        Depthwise ? OutputChannels : Weights.Length / OutputChannels / Geometry.KernelRows / Geometry.KernelColumns;

    /// <summary>Slopes that are parameters of a PReLU, rather than the same number for all channels.</summary>
    public int TrainedSlopes => Slopes.Distinct().Count() > 1 ? Slopes.Length : 0;

    public override double MultipliesPerPixel => Weights.Length;

    /// <summary>The same convolution with another rectifier behind it.</summary>
    public ConvStep With(float[] newSlopes) =>
        new(Inputs[0], Output, Geometry, Weights, Bias, newSlopes, Depthwise);

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs)
    {
        var from = inputs[0];
        if (from.Channels != InputChannels)
        {
            throw new ModelException($"A convolution of {InputChannels} channels is given {from.Channels}.");
        }

        var height = Geometry.OutputLength(Axis.Rows, from.Height);
        var width = Geometry.OutputLength(Axis.Columns, from.Width);
        return new MapShape(OutputChannels, Math.Max(0, height), Math.Max(0, width));
    }

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength)
    {
        var stride = Geometry.Stride(axis);
        var first = (output.Start * stride) - Geometry.PadStart(axis);
        var last = ((output.End - 1) * stride) - Geometry.PadStart(axis) + Geometry.Span(axis);
        return new Extent(first, last).Clip(inputLength);
    }

    public override (int Left, int Right) Margin(int inputWidth, int outputWidth)
    {
        var last = ((outputWidth - 1) * Geometry.StrideColumns) - Geometry.PadLeft + Geometry.Span(Axis.Columns);
        return (Geometry.PadLeft, Math.Max(0, last - inputWidth));
    }

    public override void Run(StepMaps maps, Extent rows, KernelSet kernels)
    {
        var from = maps.Input(0);
        var to = maps.Output;
        var packed = Pack(kernels.VectorLength);
        var runIsRow = !Depthwise && Geometry.DilationColumns == 1 && from.PixelStride == InputChannels;
        var inputs = stackalloc float*[Geometry.KernelRows];

        var row = new ConvRow
        {
            Inputs = inputs,
            KernelRows = Geometry.KernelRows,
            Runs = runIsRow ? 1 : Geometry.KernelColumns,
            RunLength = runIsRow ? InputChannels * Geometry.KernelColumns : InputChannels,
            RunStride = Geometry.DilationColumns * from.PixelStride,
            InputStride = Geometry.StrideColumns * from.PixelStride,
            OutputStride = to.PixelStride,
            Width = to.Shape.Width,
            OutputVectors = packed.OutputVectors,
            Weights = packed.Weights,
            Bias = packed.Bias,
            Slopes = packed.Slopes,
        };

        for (var y = rows.Start; y < rows.End; y++)
        {
            for (var ky = 0; ky < Geometry.KernelRows; ky++)
            {
                var above = (y * Geometry.StrideRows) + (ky * Geometry.DilationRows) - Geometry.PadTop;
                inputs[ky] = from.Row(above) - (Geometry.PadLeft * from.PixelStride);
            }

            row.Output = to.Row(y);
            if (Depthwise)
            {
                kernels.ConvolveDepthwise(row);
            }
            else
            {
                kernels.Convolve(row);
            }
        }
    }

    public override string Describe() => $"Conv {InputChannels}->{OutputChannels} {Geometry} {Depthwise}";

    private PackedConv Pack(int vectorLength)
    {
        if (Volatile.Read(ref _packed) is { } ready && ready.VectorLength == vectorLength)
        {
            return ready;
        }

        lock (_packing)
        {
            if (_packed is null || _packed.VectorLength != vectorLength)
            {
                Volatile.Write(ref _packed, new PackedConv(this, vectorLength));
            }

            return _packed!;
        }
    }
}

/// <summary>
/// The weights of a convolution in the order in which a kernel reads them, in memory that does not move.
/// </summary>
internal sealed unsafe class PackedConv
{
    private readonly float[] _memory;

    public PackedConv(ConvStep conv, int vectorLength)
    {
        VectorLength = vectorLength;
        OutputVectors = (conv.OutputChannels + vectorLength - 1) / vectorLength;
        var channels = OutputVectors * vectorLength;
        var taps = conv.Geometry.KernelRows * conv.Geometry.KernelColumns;
        var inputs = conv.Depthwise ? 1 : conv.InputChannels;

        // A full cache line ahead, so that the weights can start at one.
        const int Line = 16;
        _memory = GC.AllocateUninitializedArray<float>((((taps * inputs) + 2) * channels) + Line, pinned: true);
        Array.Clear(_memory);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Weights = (float*)((address + 63) & ~63);
        Bias = Weights + (taps * inputs * channels);
        Slopes = Bias + channels;

        conv.Bias.CopyTo(new Span<float>(Bias, channels));
        conv.Slopes.CopyTo(new Span<float>(Slopes, channels));
        for (var o = 0; o < conv.OutputChannels; o++)
        {
            for (var tap = 0; tap < taps; tap++)
            {
                for (var i = 0; i < inputs; i++)
                {
                    Weights[Position(o, (tap * inputs) + i, taps * inputs, conv.Depthwise)] =
                        conv.Weights[(((o * inputs) + i) * taps) + tap];
                }
            }
        }
    }

    public int VectorLength { get; }

    public int OutputVectors { get; }

    public float* Weights { get; }

    public float* Bias { get; }

    public float* Slopes { get; }

    // Pairs of vectors stand together, tap after tap; an odd last vector stands alone.
    private int Position(int output, int tap, int taps, bool depthwise)
    {
        if (depthwise)
        {
            return (tap * OutputVectors * VectorLength) + output;
        }

        var pair = output / (2 * VectorLength);
        var isLone = (pair * 2) + 1 == OutputVectors;
        var width = isLone ? VectorLength : 2 * VectorLength;
        return (pair * taps * 2 * VectorLength) + (tap * width) + (output - (pair * 2 * VectorLength));
    }
}
