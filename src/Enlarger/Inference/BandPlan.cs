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
    private const int InputRowsPerBand = 8;

    // A cache line of floats, so that rows of a map do not share one.
    private const int Alignment = 16;

    private readonly CompiledGraph _graph;
    private readonly int[] _first;

    /// <param name="graph">The steps.</param>
    /// <param name="kernels">Maps that a convolution writes have whole vectors of channels.</param>
    /// <param name="input">The size of the input.</param>
    /// <param name="kept">The rows of the output that will be asked for.</param>
    public BandPlan(CompiledGraph graph, KernelSet kernels, MapShape input, Extent kept)
    {
        _graph = graph;
        Kernels = kernels;
        Kept = kept;
        Shapes = graph.Infer(input);
        BandRows = Math.Max(1, InputRowsPerBand * Shapes[graph.Output].Height / input.Height);
        _first = graph.FirstRows(Shapes, kept);
        PixelStrides = graph.PixelStrides(Shapes, kernels.VectorLength);
        Capacities = Simulate();
        Margins = FindMargins();
        RowStrides = new int[Shapes.Length];
        for (var map = 0; map < Shapes.Length; map++)
        {
            var width = Shapes[map].Width + Margins[map].Left + Margins[map].Right;
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

    public int[] PixelStrides { get; }

    public int[] Capacities { get; }

    public (int Left, int Right)[] Margins { get; }

    public int[] RowStrides { get; }

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
            var rows = new Extent(done[step.Output], need[step.Output]);
            for (var input = 0; rows.Length > 0 && input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                need[map] = Math.Max(need[map], step.Reads(Axis.Rows, input, rows, Shapes[map].Height).End);
            }
        }
    }

    private static int Align(int length) => (length + Alignment - 1) / Alignment * Alignment;

    private int[] Simulate()
    {
        var capacities = new int[Shapes.Length];
        var done = Start();
        var need = new int[Shapes.Length];
        for (var end = Kept.Start; end < Kept.End;)
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
