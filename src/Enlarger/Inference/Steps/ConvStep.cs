using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>A convolution with bias and a rectifier: y = conv(x), negative values times the channel's slope.</summary>
/// <param name="inputs">
/// The map that is read; a 1x1 or Winograd convolution may read several as if they were concatenated.
/// </param>
/// <param name="output">The map that is written.</param>
/// <param name="geometry">Kernel, stride, dilation, pads.</param>
/// <param name="weights">[output channel, input channel, row, column]; depthwise has one input channel.</param>
/// <param name="bias">A number for each output channel.</param>
/// <param name="slopes">For each output channel, the factor of negative values: 1 for none, 0 is ReLU.</param>
/// <param name="depthwise">Each channel is convolved with a kernel of its own.</param>
/// <param name="direct">Never computed by Winograd's algorithm, so that any single row can be computed.</param>
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
    // Winograd tiles that are computed together: weights are read once for all of them, and the transformed tiles fit
    // the L2 cache.
    private const int TileRowsMax = 2;
    internal const int TileColumnsMax = 12;

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

    /// <summary>How many slopes were trained: those of a PReLU, but not one slope that all channels share.</summary>
    public int TrainedSlopes => Slopes.Distinct().Count() > 1 ? Slopes.Length : 0;

    /// <summary>
    /// The Winograd tile of 4x4 where the kernel is a plain 3x3, as most are in networks of the field. With fewer than
    /// sixteen channels the transforms cost as much as they save.
    /// </summary>
    public override int Block { get; } =
        !direct && !depthwise && geometry is { KernelRows: 3, KernelColumns: 3, StrideRows: 1, StrideColumns: 1 }
        && geometry is { DilationRows: 1, DilationColumns: 1 } && weights.Length / bias.Length / 9 % 16 == 0
            ? WinogradTiles.OutputSide
            : 1;

    public override bool WritesVectors => true;

    public override double MultipliesPerPixel => Weights.Length;

    /// <summary>The same convolution with another rectifier after it.</summary>
    public ConvStep With(float[] newSlopes) =>
        new(Inputs, Output, Geometry, Weights, Bias, newSlopes, Depthwise);

    /// <summary>A plain 1x1 convolution.</summary>
    public bool IsPointwise => !Depthwise && Geometry == new ConvGeometry(1, 1, 1, 1, 1, 1, 0, 0, 0, 0);

    /// <summary>The same convolution, reading maps that are its input when concatenated.</summary>
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

    /// <summary>The same convolution without Winograd's algorithm, of which any single row can be computed.</summary>
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

        // Beyond an edge the outermost row or column may be repeated, so it always counts as read.
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
            RunWinograd(maps, rows, columns);
        }
        else
        {
            RunDirect(maps, rows, columns);
        }
    }

    public override string Describe() => $"Conv {InputChannels}->{OutputChannels} {Geometry} {Depthwise} {Block}";

    private void RunDirect(StepMaps maps, Extent rows, Extent columns)
    {
        var from = maps.Input(0);
        var to = maps.Output;
        var packed = Pack(maps.Kernels.VectorLength);
        var channels = from.Shape.Channels;
        var runIsRow = !Depthwise && Geometry.DilationColumns == 1 && from.PixelStride == channels;

        // A 1x1 convolution of several maps is to the kernel the same as several kernel rows of one map.
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

    private void RunWinograd(StepMaps maps, Extent rows, Extent columns)
    {
        var to = maps.Output;
        var packed = Pack(maps.Kernels.VectorLength);
        const int Halo = WinogradTiles.InputSide - WinogradTiles.OutputSide;
        const int RowsMax = (TileRowsMax * WinogradTiles.OutputSide) + Halo;
        var sources = stackalloc WinogradInput[maps.InputCount];
        var sourceRows = stackalloc float*[RowsMax * maps.InputCount];
        for (var i = 0; i < maps.InputCount; i++)
        {
            var from = maps.Input(i);
            sources[i].Rows = sourceRows + (i * RowsMax);
            sources[i].Stride = from.PixelStride;
            sources[i].Channels = from.Shape.Channels;
        }

        var targets = stackalloc float*[TileRowsMax * Block];
        var tiles = new WinogradTiles
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

        for (var y = rows.Start; y < rows.End; y += TileRowsMax * Block)
        {
            tiles.TileRows = Math.Min(TileRowsMax, (rows.End - y + Block - 1) / Block);
            for (var x = columns.Start; x < columns.End; x += TileColumnsMax * Block)
            {
                tiles.Width = Math.Min(TileColumnsMax * Block, columns.End - x);
                for (var i = 0; i < RowsMax * maps.InputCount; i++)
                {
                    var (map, row) = Math.DivRem(i, RowsMax);
                    sourceRows[i] = maps.Input(map).Pixel(y + row - Geometry.PadTop, x - Geometry.PadLeft);
                }

                for (var i = 0; i < tiles.TileRows * Block; i++)
                {
                    targets[i] = y + i < rows.End ? to.Pixel(y + i, x) : null;
                }

                tiles.Scratch = maps.Workspace.Floats(tiles.ScratchLength(maps.Kernels.VectorLength));
                maps.Kernels.ConvolveTiles(tiles);
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
