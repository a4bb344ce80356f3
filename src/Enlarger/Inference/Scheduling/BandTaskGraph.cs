using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Scheduling;

/// <summary>One task of a band: a step over one column chunk.</summary>
/// <param name="Step">The step; null for filling the input and for handing out the output.</param>
/// <param name="Columns">Columns of the step's output.</param>
/// <param name="Dependencies">Tasks of the same band that must be finished before; all have lower numbers.</param>
internal sealed record BandTask(Step? Step, Extent Columns, int[] Dependencies);

/// <summary>
/// The tasks of one band of rows in topological order: the input is filled, then every step is computed chunk by chunk
/// of columns, then the output is handed out, some rows at a time.
/// </summary>
/// <remarks>
/// Threads take tasks in this order, so that there is no barrier between layers, and no pixel is computed twice. A task
/// depends on those tasks of the step before it that write what it reads, or that read rows whose slots it may write
/// to. Dependencies on earlier steps follow from these, as those tasks have waited in the same way.
/// </remarks>
internal sealed class BandTaskGraph
{
    // Input columns of a chunk: as many Winograd tiles as a convolution computes together, so that a task reads its
    // weights once.
    private const int ColumnsMax = ConvStep.TileColumnsMax * WinogradTiles.OutputSide;

    // With two chunks for each thread, a thread seldom waits for a chunk that a neighbour is computing.
    private const int ChunksPerThread = 2;

    // In narrower chunks overhead would outweigh the work.
    private const int ColumnsMin = 16;

    private readonly List<BandTask> _tasks = [new BandTask(null, default, [])];
    private readonly MapShape[] _shapes;
    private readonly int _chunks;

    public BandTaskGraph(CompiledGraph graph, MapShape[] shapes, int threads)
    {
        _shapes = shapes;
        var width = shapes[graph.Input].Width;
        var shared = Math.Min(threads == 1 ? 1 : threads * ChunksPerThread, width / ColumnsMin);
        _chunks = Math.Max(1, Math.Max(shared, (width + ColumnsMax - 1) / ColumnsMax));

        var halo = 0;
        foreach (var step in graph.Steps)
        {
            var before = halo;
            halo = HaloChunks(step);
            for (var chunk = 0; chunk < _chunks; chunk++)
            {
                var dependencies = Dependencies(chunk, Math.Max(before, halo));
                _tasks.Add(new BandTask(step, Columns(step.Output, chunk), dependencies));
            }
        }

        FirstOutput = _tasks.Count;
        for (var chunk = 0; chunk < _chunks; chunk++)
        {
            _tasks.Add(new BandTask(null, default, Dependencies(chunk, _chunks)));
        }
    }

    public int Count => _tasks.Count;

    /// <summary>The first of the tasks that hand out the output.</summary>
    public int FirstOutput { get; }

    public BandTask this[int index] => _tasks[index];

    /// <summary>The part of the band's output rows that one of the last tasks hands out.</summary>
    public Extent OutputRows(int task, Extent rows)
    {
        var part = task - FirstOutput;
        return new Extent(
            rows.Start + (rows.Length * part / _chunks), rows.Start + (rows.Length * (part + 1) / _chunks));
    }

    private Extent Columns(int map, int chunk) => new(Start(map, chunk), Start(map, chunk + 1));

    // Chunks begin at multiples of the Winograd tile, so that no tile is cut in two.
    private int Start(int map, int chunk) =>
        (int)Math.Min(_shapes[map].Width, TilesAcross(map) * chunk / _chunks * WinogradTiles.OutputSide);

    private int ChunkAt(int map, int column) =>
        (int)(((((column / WinogradTiles.OutputSide) + 1L) * _chunks) - 1) / TilesAcross(map));

    private long TilesAcross(int map) =>
        (_shapes[map].Width + WinogradTiles.OutputSide - 1L) / WinogradTiles.OutputSide;

    // How many chunks away from its own a step reads.
    private int HaloChunks(Step step)
    {
        var halo = 0;
        for (var chunk = 0; chunk < _chunks; chunk++)
        {
            var columns = Columns(step.Output, chunk);
            for (var input = 0; columns.Length > 0 && input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                var read = step.ReadsInBlocks(Axis.Columns, input, columns, _shapes[map].Width);
                if (read.Length > 0)
                {
                    halo = Math.Max(halo, chunk - ChunkAt(map, read.Start));
                    halo = Math.Max(halo, ChunkAt(map, read.End - 1) - chunk);
                }
            }
        }

        return halo;
    }

    // The tasks of the step before whose chunks lie within the halo; the first step depends on the filled input.
    private int[] Dependencies(int chunk, int halo)
    {
        var first = _tasks.Count - chunk - _chunks;
        if (first < 0)
        {
            return [0];
        }

        var (low, high) = (Math.Max(0, chunk - halo), Math.Min(_chunks - 1, chunk + halo));
        var dependencies = new int[high - low + 1];
        for (var i = 0; i < dependencies.Length; i++)
        {
            dependencies[i] = first + low + i;
        }

        return dependencies;
    }
}
