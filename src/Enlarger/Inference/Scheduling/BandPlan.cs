using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Scheduling;

/// <summary>
/// How a network runs over an input of one size: the shape of every feature map, how many of its rows are alive at the
/// same time, and the arena that has a slot for each.
/// </summary>
/// <remarks>
/// The output is computed band by band. For each band, a pass from the last step back to the first finds how far every
/// map must be computed; the steps then compute only the new rows. No row is computed twice, and a map keeps only rows
/// that a later band still reads. The plan finds how many these are by simulating all bands once.
/// </remarks>
internal sealed class BandPlan
{
    /// <summary>
    /// Input rows for each band: few enough that two maps of a band fit the L2 cache. Narrow pictures and networks of
    /// many weights get taller bands.
    /// </summary>
    public const int InputRowsPerBand = 8;

    // Above this many weights (16 bytes each once transformed for Winograd) they no longer fit the cache, so that every
    // band reads them from memory. Taller bands, of about this many pixels, then make that a small part of the work.
    private const int WeightsInCache = 1 << 21;
    private const int PixelsPerBand = 2048;
    private const int InputRowsPerBandMax = 32;

    // Offsets within a row are 32-bit numbers; no column tile comes near this many floats.
    private const int RowLengthMax = 1 << 30;

    private readonly CompiledGraph _graph;
    private readonly int[] _first;
    private readonly int[] _firstBand;
    private readonly int _inputRows;

    /// <param name="graph">The steps.</param>
    /// <param name="kernels">Give the vector length to which channels that convolutions write are padded.</param>
    /// <param name="input">The size of the input.</param>
    /// <param name="kept">The rows of the output that are wanted.</param>
    /// <param name="scale">Approximate rows of the output for a row of the input.</param>
    /// <param name="padding">What steps read beyond the edges of their inputs.</param>
    public BandPlan(CompiledGraph graph, KernelSet kernels, MapShape input, Extent kept, int scale, Padding padding)
    {
        _graph = graph;
        Kernels = kernels;
        Padding = padding;
        Kept = kept;
        Shapes = graph.Infer(input);
        _inputRows = ChooseRows(graph, input.Width);
        BandRows = _inputRows * scale;
        _first = graph.FirstRows(Shapes, kept);
        _firstBand = new int[Shapes.Length];
        Need(_first, Math.Min(kept.Start + BandRows, kept.End), _firstBand);
        Liveness = new RowLiveness(graph, Shapes);
        (Layouts, LayoutOf) = FindLayouts();
        Capacities = new int[Shapes.Length];
        Simulate();
        foreach (var layout in Layouts)
        {
            ZeroRowLength = Math.Max(ZeroRowLength, layout.RowStride);
            ArenaLength += (long)layout.Slots * layout.RowStride;
        }

        ArenaLength += ZeroRowLength;
    }

    public KernelSet Kernels { get; }

    public Padding Padding { get; }

    public Extent Kept { get; }

    public MapShape[] Shapes { get; }

    /// <summary>Rows of the output in a band.</summary>
    public int BandRows { get; }

    /// <summary>The most rows of each map that are alive at the same time.</summary>
    public int[] Capacities { get; }

    public RowLiveness Liveness { get; }

    public RowLayout[] Layouts { get; }

    /// <summary>For each map, the index of its layout.</summary>
    public int[] LayoutOf { get; }

    /// <summary>Floats of the row of zeros that stands for rows outside of the picture.</summary>
    public int ZeroRowLength { get; }

    /// <summary>Size of the arena in floats.</summary>
    public long ArenaLength { get; }

    /// <summary>The ends of the computed rows of each map before the first band.</summary>
    public int[] Start() => [.. _first];

    /// <summary>How far each map must be computed, so that the output is finished up to a row.</summary>
    /// <param name="done">For each map, the end of the rows computed so far.</param>
    /// <param name="outputEnd">The end of the rows of the output.</param>
    /// <param name="need">Receives, for each map, the end of the rows to compute.</param>
    public void Need(ReadOnlySpan<int> done, int outputEnd, Span<int> need)
    {
        done.CopyTo(need);
        need[_graph.Output] = outputEnd;
        for (var i = _graph.Steps.Count - 1; i >= 0; i--)
        {
            var step = _graph.Steps[i];
            need[step.Output] = BlockEnd(step, need[step.Output]);
            var rows = new Extent(done[step.Output], need[step.Output]);
            for (var input = 0; rows.Length > 0 && input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                need[map] = Math.Max(need[map], step.Reads(Axis.Rows, input, rows, Shapes[map].Height).End);
            }
        }
    }

    /// <summary>
    /// Plans a band before the first: a deep network needs many input rows before it yields any output. Like all others
    /// they are read a few at a time, and every map is computed as far as these allow and the first band needs.
    /// </summary>
    /// <returns>Whether such a band was left.</returns>
    public bool WarmUp(ReadOnlySpan<int> done, Span<int> need)
    {
        done.CopyTo(need);
        var input = done[_graph.Input];
        need[_graph.Input] = Math.Max(input, Math.Min(input + _inputRows, _firstBand[_graph.Input]));
        foreach (var step in _graph.Steps)
        {
            var band = Math.Max(1, (long)_inputRows * Shapes[step.Output].Height / Shapes[_graph.Input].Height);
            var end = Math.Min(done[step.Output] + band, _firstBand[step.Output]);
            while (need[step.Output] < end && HasInputs(step, need[step.Output], need))
            {
                need[step.Output] = BlockEnd(step, need[step.Output] + 1);
            }
        }

        // The output is left to the first band. When nothing else is missing for it, warming up is over.
        need[_graph.Output] = done[_graph.Output];
        return !done.SequenceEqual(need);
    }

    private static int ChooseRows(CompiledGraph graph, int width)
    {
        var weights = 0.0;
        foreach (var step in graph.Steps)
        {
            weights += step.MultipliesPerPixel;
        }

        var rows = weights > WeightsInCache ? PixelsPerBand / width : InputRowsPerBand;
        return Math.Clamp(rows / InputRowsPerBand * InputRowsPerBand, InputRowsPerBand, InputRowsPerBandMax);
    }

    // Rounds the end of rows up to that of the block which their last row lies in.
    private int BlockEnd(Step step, int row) =>
        Math.Min((row + step.Block - 1) / step.Block * step.Block, Shapes[step.Output].Height);

    private bool HasInputs(Step step, int row, ReadOnlySpan<int> ends)
    {
        for (var input = 0; input < step.Inputs.Length; input++)
        {
            var map = step.Inputs[input];
            if (step.ReadsInBlocks(Axis.Rows, input, new Extent(row, row + 1), Shapes[map].Height).End > ends[map])
            {
                return false;
            }
        }

        return true;
    }

    // Two rows never share a cache line, which would slow down threads that write them.
    private static int Align(long length) =>
        length <= RowLengthMax
            ? (int)((length + Cache.Line - 1) / Cache.Line * Cache.Line)
            : throw new ModelException("The picture is too wide for this network.");

    // Rows share a layout where width and pixel stride are equal: zeros beyond the edges then stay zero for the next
    // row that uses a slot.
    private (RowLayout[] Layouts, int[] LayoutOf) FindLayouts()
    {
        var layouts = new List<RowLayout>();
        var layoutOf = new int[Shapes.Length];
        var margins = FindMargins();
        var pixelStrides = _graph.PixelStrides(Shapes, Kernels.VectorLength);
        for (var map = 0; map < Shapes.Length; map++)
        {
            var (width, stride, margin) = (Shapes[map].Width, pixelStrides[map], margins[map]);
            layoutOf[map] = layouts.FindIndex(it => it.Width == width && it.PixelStride == stride);
            if (layoutOf[map] < 0)
            {
                layoutOf[map] = layouts.Count;
                layouts.Add(new RowLayout(width, stride));
            }

            var layout = layouts[layoutOf[map]];
            layout.Left = Math.Max(layout.Left, margin.Left);
            layout.Right = Math.Max(layout.Right, margin.Right);
        }

        foreach (var layout in layouts)
        {
            layout.RowStride = Align(((long)layout.Width + layout.Left + layout.Right) * layout.PixelStride);
        }

        return ([.. layouts], layoutOf);
    }

    private void Simulate()
    {
        var living = Start();
        var rows = new int[Layouts.Length];
        var done = Start();
        var need = new int[Shapes.Length];
        while (WarmUp(done, need))
        {
            Liveness.Advance(done, need, living, Count);
            need.CopyTo(done, 0);
        }

        for (var end = Kept.Start; end < Kept.End;)
        {
            end = Math.Min(end + BandRows, Kept.End);
            Need(done, end, need);
            Liveness.Advance(done, need, living, Count);
            need.CopyTo(done, 0);
        }

        void Count(int map, Extent changed, bool allocated)
        {
            var layout = LayoutOf[map];
            rows[layout] += allocated ? changed.Length : -changed.Length;
            Layouts[layout].Slots = Math.Max(Layouts[layout].Slots, rows[layout]);
            Capacities[map] = Math.Max(Capacities[map], changed.End - living[map]);
        }
    }

    private (int Left, int Right)[] FindMargins()
    {
        var margins = new (int Left, int Right)[Shapes.Length];
        foreach (var step in _graph.Steps)
        {
            foreach (var map in step.Inputs)
            {
                var (left, right) = step.Margin(Shapes[map].Width, Shapes[step.Output].Width);
                margins[map] = (Math.Max(margins[map].Left, left), Math.Max(margins[map].Right, right));
            }
        }

        return margins;
    }
}
