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
/// <param name="inputs">
/// The map that is read; a convolution of one pixel or in squares may read several as if they were one.
/// </param>
/// <param name="output">The map that is written.</param>
/// <param name="geometry">Kernel, stride, dilation, pads.</param>
/// <param name="weights">[output channel, input channel, row, column]; depthwise has one input channel.</param>
/// <param name="bias">A number for each output channel.</param>
/// <param name="slopes">The same; 1 leaves negative values alone, 0 is ReLU.</param>
/// <param name="depthwise">Each channel is convolved with its own kernel.</param>
/// <param name="direct">Any row may be asked for by itself; else it may be computed in squares.</param>
internal sealed unsafe class ConvStep(
    int[] inputs,
    int output,
    ConvGeometry geometry,
    float[] weights,
    float[] bias,
    float[] slopes,
    bool depthwise,
    bool direct = false)
    : Step(inputs, output)
{
    // Blocks that are computed together: weights are read once for all of them, and what they are computed in stays
    // in L2.
    private const int BlockRowsMax = 2;
    internal const int BlockColumnsMax = 12;

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

    /// <summary>
    /// Squares of 4x4 wherever the kernel is the plain 3x3 of which networks of the field consist. With fewer channels
    /// than sixteen, transforming costs as much as is saved.
    /// </summary>
    public override int Block { get; } =
        !direct && !depthwise && geometry is { KernelRows: 3, KernelColumns: 3, StrideRows: 1, StrideColumns: 1 }
        && geometry is { DilationRows: 1, DilationColumns: 1 } && weights.Length / bias.Length / 9 % 16 == 0
            ? WinogradBlocks.Side
            : 1;

    public override bool WritesVectors => true;

    public override double MultipliesPerPixel => Weights.Length;

    /// <summary>The same convolution with another rectifier behind it.</summary>
    public ConvStep With(float[] newSlopes) =>
        new(Inputs, Output, Geometry, Weights, Bias, newSlopes, Depthwise);

    /// <summary>A kernel of one pixel, nothing else.</summary>
    public bool IsPointwise => !Depthwise && Geometry == new ConvGeometry(1, 1, 1, 1, 1, 1, 0, 0, 0, 0);

    /// <summary>The same convolution, of maps whose channels are those of its input, one map after the other.</summary>
    public ConvStep ReadingFrom(int[] maps) => new(maps, Output, Geometry, Weights, Bias, Slopes, Depthwise, direct);

    /// <summary>The same convolution with its output channels in another order.</summary>
    public ConvStep InOrder(int[] order)
    {
        var each = Weights.Length / OutputChannels;
        var ordered = new float[Weights.Length];
        for (var i = 0; i < order.Length; i++)
        {
            Weights.AsSpan(order[i] * each, each).CopyTo(ordered.AsSpan(i * each));
        }

        return new ConvStep(
            Inputs,
            Output,
            Geometry,
            ordered,
            [.. order.Select(channel => Bias[channel])],
            [.. order.Select(channel => Slopes[channel])],
            Depthwise,
            direct);
    }

    /// <summary>The same convolution, of which any row may be asked for by itself.</summary>
    public ConvStep WithoutBlocks() =>
        new(Inputs, Output, Geometry, Weights, Bias, Slopes, Depthwise, direct: true);

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs)
    {
        var from = inputs[0];
        var channels = 0;
        foreach (var input in inputs)
        {
            channels += input.Channels;
            if ((input.Height, input.Width) != (from.Height, from.Width))
            {
                throw new ModelException($"A convolution is given maps of {from} and {input}.");
            }
        }

        if (channels != InputChannels)
        {
            throw new ModelException($"A convolution of {InputChannels} channels is given {channels}.");
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

        // Beyond an edge the outermost row or column may be repeated, so that it is always among what is read.
        return new Extent(Math.Clamp(first, 0, inputLength - 1), Math.Clamp(last, 1, inputLength));
    }

    public override (int Left, int Right) Margin(int inputWidth, int outputWidth)
    {
        outputWidth = (outputWidth + Block - 1) / Block * Block;
        var last = ((outputWidth - 1) * Geometry.StrideColumns) - Geometry.PadLeft + Geometry.Span(Axis.Columns);
        return (Geometry.PadLeft, Math.Max(0, last - inputWidth));
    }

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        if (Block > 1)
        {
            RunBlocks(maps, rows, columns);
        }
        else
        {
            RunRows(maps, rows, columns);
        }
    }

    public override string Describe() => $"Conv {InputChannels}->{OutputChannels} {Geometry} {Depthwise} {Block}";

    private void RunRows(StepMaps maps, Extent rows, Extent columns)
    {
        var from = maps.Input(0);
        var to = maps.Output;
        var packed = Pack(maps.Kernels.VectorLength);
        var channels = from.Shape.Channels;
        var runIsRow = !Depthwise && Geometry.DilationColumns == 1 && from.PixelStride == channels;

        // To the kernel several maps under one pixel are what several rows under a column are.
        var inputRows = Math.Max(Geometry.KernelRows, maps.InputCount);
        var sources = stackalloc float*[inputRows];

        var row = new ConvRow
        {
            Inputs = sources,
            KernelRows = inputRows,
            Runs = runIsRow ? 1 : Geometry.KernelColumns,
            RunLength = runIsRow ? channels * Geometry.KernelColumns : channels,
            RunStride = Geometry.DilationColumns * from.PixelStride,
            InputStride = Geometry.StrideColumns * from.PixelStride,
            OutputStride = to.PixelStride,
            Width = columns.Length,
            OutputVectors = packed.OutputVectors,
            Weights = packed.Weights,
            Bias = packed.Bias,
            Slopes = packed.Slopes,
        };

        for (var y = rows.Start; y < rows.End; y++)
        {
            for (var i = 0; i < inputRows; i++)
            {
                var ky = maps.InputCount > 1 ? 0 : i;
                var above = (y * Geometry.StrideRows) + (ky * Geometry.DilationRows) - Geometry.PadTop;
                var map = maps.InputCount > 1 ? maps.Input(i) : from;
                sources[i] = map.Pixel(above, (columns.Start * Geometry.StrideColumns) - Geometry.PadLeft);
            }

            row.Output = to.Pixel(y, columns.Start);
            if (Depthwise)
            {
                maps.Kernels.ConvolveDepthwise(row);
            }
            else
            {
                maps.Kernels.Convolve(row);
            }
        }
    }

    private void RunBlocks(StepMaps maps, Extent rows, Extent columns)
    {
        var to = maps.Output;
        var packed = Pack(maps.Kernels.VectorLength);
        const int RowsMax = (BlockRowsMax * WinogradBlocks.Side) + WinogradBlocks.Reach - WinogradBlocks.Side;
        var sources = stackalloc WinogradInput[maps.InputCount];
        var sourceRows = stackalloc float*[RowsMax * maps.InputCount];
        for (var i = 0; i < maps.InputCount; i++)
        {
            var from = maps.Input(i);
            sources[i].Rows = sourceRows + (i * RowsMax);
            sources[i].Stride = from.PixelStride;
            sources[i].Channels = from.Shape.Channels;
        }

        var targets = stackalloc float*[BlockRowsMax * Block];
        var blocks = new WinogradBlocks
        {
            Inputs = sources,
            InputCount = maps.InputCount,
            InputChannels = InputChannels,
            Outputs = targets,
            OutputStride = to.PixelStride,
            OutputVectors = packed.OutputVectors,
            Weights = packed.Weights,
            Bias = packed.Bias,
            Slopes = packed.Slopes,
        };

        for (var y = rows.Start; y < rows.End; y += BlockRowsMax * Block)
        {
            blocks.BlockRows = Math.Min(BlockRowsMax, (rows.End - y + Block - 1) / Block);
            for (var x = columns.Start; x < columns.End; x += BlockColumnsMax * Block)
            {
                blocks.Width = Math.Min(BlockColumnsMax * Block, columns.End - x);
                for (var i = 0; i < RowsMax * maps.InputCount; i++)
                {
                    var (map, row) = Math.DivRem(i, RowsMax);
                    sourceRows[i] = maps.Input(map).Pixel(y + row - Geometry.PadTop, x - Geometry.PadLeft);
                }

                for (var i = 0; i < blocks.BlockRows * Block; i++)
                {
                    targets[i] = y + i < rows.End ? to.Pixel(y + i, x) : null;
                }

                blocks.Scratch = maps.Workspace.Floats(blocks.ScratchLength(maps.Kernels.VectorLength));
                maps.Kernels.ConvolveBlocks(blocks);
            }
        }
    }

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
