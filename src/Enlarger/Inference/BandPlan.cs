using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>
/// How a network runs over an input of one size: the shape of every feature map, the rows of it that must be alive at
/// a time, and its place in one arena.
/// </summary>
/// <remarks>
/// The result is asked for band by band. Each band says, from the last step back to the first, how far every map must
/// have been computed; the steps then compute just the rows that are new. No row is computed twice, and a map keeps
/// only the rows that a later band still reads. The plan finds that number by playing the bands through once.
/// </remarks>
internal sealed class BandPlan
{
    /// <summary>
    /// Output rows of a band come from so many input rows: few enough that two maps of a band stay in L2.
    /// </summary>
    public const int InputRowsPerBand = 8;

    // Floats in a row that offsets within it can count; no strip of a picture comes near it.
    private const int RowLengthMax = 1 << 30;

    // A cache line of floats, so that rows of a map do not share one.
    private const int Alignment = 16;

    private readonly CompiledGraph _graph;
    private readonly int[] _first;

    /// <param name="graph">The steps.</param>
    /// <param name="kernels">Maps that a convolution writes have whole vectors of channels.</param>
    /// <param name="input">The size of the input.</param>
    /// <param name="kept">The rows of the output that will be asked for.</param>
    /// <param name="scale">Rows of the output for a row of the input, about.</param>
    public BandPlan(CompiledGraph graph, KernelSet kernels, MapShape input, Extent kept, int scale)
    {
        _graph = graph;
        Kernels = kernels;
        Kept = kept;
        Shapes = graph.Infer(input);
        BandRows = InputRowsPerBand * scale;
        _first = graph.FirstRows(Shapes, kept);
        WarmStart = FindWarmStart();
        PixelStrides = graph.PixelStrides(Shapes, kernels.VectorLength);
        Capacities = Simulate();
        Margins = FindMargins();
        RowStrides = new int[Shapes.Length];
        for (var map = 0; map < Shapes.Length; map++)
        {
            var width = (long)Shapes[map].Width + Margins[map].Left + Margins[map].Right;
            RowStrides[map] = Align(width * PixelStrides[map]);
            ArenaLength += (long)Capacities[map] * RowStrides[map];
        }

        ZeroRowLength = RowStrides.Max();
        ArenaLength += ZeroRowLength;
    }

    public KernelSet Kernels { get; }

    public Extent Kept { get; }

    public MapShape[] Shapes { get; }

    /// <summary>Rows of the output in a band.</summary>
    public int BandRows { get; }

    /// <summary>
    /// Where the bands begin: so far before the first row that is kept, that a deep network takes in its first rows a
    /// few at a time, as it will all the others. Nothing of the output is computed there.
    /// </summary>
    public int WarmStart { get; }

    public int[] PixelStrides { get; }

    public int[] Capacities { get; }

    public (int Left, int Right)[] Margins { get; }

    public int[] RowStrides { get; }

    public int ZeroRowLength { get; }

    /// <summary>Floats of the arena.</summary>
    public long ArenaLength { get; }

    /// <summary>A fresh count of finished rows: none of those that will be needed.</summary>
    public int[] Start() => [.. _first];

    /// <summary>
    /// How far each map must be computed, so that the output is finished up to a row, which may lie before the first.
    /// </summary>
    /// <param name="done">How far they are.</param>
    /// <param name="outputEnd">The row of the output, not included.</param>
    /// <param name="need">Receives the answer.</param>
    public void Need(ReadOnlySpan<int> done, int outputEnd, Span<int> need)
    {
        need.Fill(int.MinValue);
        need[_graph.Output] = outputEnd;
        for (var i = _graph.Steps.Count - 1; i >= 0; i--)
        {
            var step = _graph.Steps[i];
            var end = need[step.Output];
            if (end == int.MinValue)
            {
                continue;
            }

            var rows = new Extent(Math.Min(done[step.Output], end - 1), end);
            for (var input = 0; input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                need[map] = Math.Max(need[map], step.Reads(Axis.Rows, input, rows, Shapes[map].Height).End);
            }
        }

        for (var map = 0; map < need.Length; map++)
        {
            need[map] = Math.Max(need[map], done[map]);
        }
    }

    private static int Align(long length) =>
        length <= RowLengthMax
            ? (int)((length + Alignment - 1) / Alignment * Alignment)
            : throw new ModelException("The picture is too wide for this network.");

    // As many bands ahead as the first rows would otherwise take in at once.
    private int FindWarmStart()
    {
        var need = new int[Shapes.Length];
        Need(_first, Math.Min(Kept.Start + BandRows, Kept.End), need);
        var bands = (need[_graph.Input] - _first[_graph.Input]) / InputRowsPerBand;
        return Kept.Start - (bands * BandRows);
    }

    private int[] Simulate()
    {
        var capacities = new int[Shapes.Length];
        var done = Start();
        var need = new int[Shapes.Length];
        for (var end = WarmStart; end < Kept.End;)
        {
            end = Math.Min(end + BandRows, Kept.End);
            Need(done, end, need);
            capacities[_graph.Output] = Math.Max(capacities[_graph.Output], need[_graph.Output] - done[_graph.Output]);
            foreach (var step in _graph.Steps)
            {
                var rows = new Extent(done[step.Output], need[step.Output]);
                capacities[step.Output] = Math.Max(capacities[step.Output], rows.Length);
                for (var input = 0; rows.Length > 0 && input < step.Inputs.Length; input++)
                {
                    var map = step.Inputs[input];
                    var read = step.Reads(Axis.Rows, input, rows, Shapes[map].Height);
                    var alive = Math.Max(need[map], read.End) - Math.Min(read.Start, done[map]);
                    capacities[map] = Math.Max(capacities[map], alive);
                }
            }

            need.CopyTo(done, 0);
        }

        return capacities;
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
