using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>
/// How a network runs over an input of one size: the shape of every feature map, the rows of it that must be alive at
/// a time, and the rooms for them in one arena.
/// </summary>
/// <remarks>
/// The result is asked for band by band. Each band says, from the last step back to the first, how far every map must
/// have been computed; the steps then compute just the rows that are new. No row is computed twice, and a map keeps
/// only the rows that a later band still reads. The plan finds that number by playing the bands through once.
/// </remarks>
internal sealed class BandPlan
{
    /// <summary>
    /// Output rows of a band come from so many input rows: few enough that two maps of a band stay in L2. There are
    /// more where a narrow picture meets many weights.
    /// </summary>
    public const int InputRowsPerBand = 8;

    // So many weights, which in squares take 16 bytes each, are fetched from memory anew in every band. With so many
    // pixels in it that is a small part of the work. No more rows than this are asked for at a time.
    private const int WeightsInCache = 1 << 21;
    private const int PixelsPerBand = 2048;
    private const int InputRowsPerBandMax = 32;

    // Floats in a row that offsets within it can count; no strip of a picture comes near it.
    private const int RowLengthMax = 1 << 30;

    private readonly CompiledGraph _graph;
    private readonly int[] _first;
    private readonly int[] _firstBand;
    private readonly int _inputRows;

    /// <param name="graph">The steps.</param>
    /// <param name="kernels">Maps that a convolution writes have whole vectors of channels.</param>
    /// <param name="input">The size of the input.</param>
    /// <param name="kept">The rows of the output that will be asked for.</param>
    /// <param name="scale">Rows of the output for a row of the input, about.</param>
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
        Lives = new RowLives(graph, Shapes);
        (Kinds, KindOf) = FindKinds();
        Capacities = new int[Shapes.Length];
        Simulate();
        foreach (var kind in Kinds)
        {
            ZeroRowLength = Math.Max(ZeroRowLength, kind.RowStride);
            ArenaLength += (long)kind.Rooms * kind.RowStride;
        }

        ArenaLength += ZeroRowLength;
    }

    public KernelSet Kernels { get; }

    public Padding Padding { get; }

    public Extent Kept { get; }

    public MapShape[] Shapes { get; }

    /// <summary>Rows of the output in a band.</summary>
    public int BandRows { get; }

    /// <summary>Rows of each map that live at a time, at most.</summary>
    public int[] Capacities { get; }

    public RowLives Lives { get; }

    public RowKind[] Kinds { get; }

    /// <summary>The kind of the rows of each map.</summary>
    public int[] KindOf { get; }

    public int ZeroRowLength { get; }

    /// <summary>Floats of the arena.</summary>
    public long ArenaLength { get; }

    /// <summary>A fresh count of finished rows: none of those that will be needed.</summary>
    public int[] Start() => [.. _first];

    /// <summary>How far each map must be computed, so that the output is finished up to a row.</summary>
    /// <param name="done">How far they are.</param>
    /// <param name="outputEnd">The row of the output, not included.</param>
    /// <param name="need">Receives the answer.</param>
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
    /// The bands before the first: a deep network needs many rows of the input before it gives any. They are taken in a
    /// few at a time as all others are, and every map is computed as far as they allow and the first band needs.
    /// </summary>
    /// <returns>Whether there was such a band left.</returns>
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

        // The first band itself is not computed here, and nothing else once all is there that it needs.
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

    // The end of the block that the row before lies in.
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

    // Rows do not share a line of the cache.
    private static int Align(long length) =>
        length <= RowLengthMax
            ? (int)((length + Cache.Line - 1) / Cache.Line * Cache.Line)
            : throw new ModelException("The picture is too wide for this network.");

    // Rows are of a kind where pixels lie at the same places: what is zero at the ends of one stays so for the others.
    private (RowKind[] Kinds, int[] KindOf) FindKinds()
    {
        var kinds = new List<RowKind>();
        var kindOf = new int[Shapes.Length];
        var margins = FindMargins();
        var pixelStrides = _graph.PixelStrides(Shapes, Kernels.VectorLength);
        for (var map = 0; map < Shapes.Length; map++)
        {
            var (width, stride, margin) = (Shapes[map].Width, pixelStrides[map], margins[map]);
            kindOf[map] = kinds.FindIndex(kind => kind.Width == width && kind.PixelStride == stride);
            if (kindOf[map] < 0)
            {
                kindOf[map] = kinds.Count;
                kinds.Add(new RowKind(width, stride));
            }

            var its = kinds[kindOf[map]];
            (its.Left, its.Right) = (Math.Max(its.Left, margin.Left), Math.Max(its.Right, margin.Right));
        }

        foreach (var kind in kinds)
        {
            kind.RowStride = Align(((long)kind.Width + kind.Left + kind.Right) * kind.PixelStride);
        }

        return ([.. kinds], kindOf);
    }

    private void Simulate()
    {
        var living = Start();
        var rows = new int[Kinds.Length];
        var done = Start();
        var need = new int[Shapes.Length];
        while (WarmUp(done, need))
        {
            Lives.Pass(done, need, living, Count);
            need.CopyTo(done, 0);
        }

        for (var end = Kept.Start; end < Kept.End;)
        {
            end = Math.Min(end + BandRows, Kept.End);
            Need(done, end, need);
            Lives.Pass(done, need, living, Count);
            need.CopyTo(done, 0);
        }

        void Count(int map, Extent changed, bool come)
        {
            var kind = KindOf[map];
            rows[kind] += come ? changed.Length : -changed.Length;
            Kinds[kind].Rooms = Math.Max(Kinds[kind].Rooms, rows[kind]);
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

/// <summary>What steps read beyond the edges of their inputs.</summary>
internal enum Padding
{
    /// <summary>What the ONNX standard says: zeros, or the constant of a Pad node.</summary>
    AsExported,

    /// <summary>The outermost pixel, in each layer: a flat picture stays flat up to its border.</summary>
    Replicate,
}

/// <summary>Rows of maps that are as long and lie alike in memory, so that one can take the place of another.</summary>
internal sealed class RowKind(int width, int pixelStride)
{
    public int Width { get; } = width;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>Columns beyond the left edge, and beyond the right.</summary>
    public int Left { get; set; }

    public int Right { get; set; }

    /// <summary>Floats of a row with the columns beyond its edges.</summary>
    public int RowStride { get; set; }

    /// <summary>Rows that live at a time, at most.</summary>
    public int Rooms { get; set; }
}
