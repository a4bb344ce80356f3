using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>A piece of the work on a band: some columns of a step.</summary>
/// <param name="Step">What is done; null for rows that come in or go out.</param>
/// <param name="Columns">Columns of the step's output.</param>
/// <param name="After">The tasks of the same band that must be done before: all of them stand earlier.</param>
internal sealed record BandTask(Step? Step, Extent Columns, int[] After);

/// <summary>
/// The work on one band of rows, in an order in which it can be done: first the input is filled, then every step is
/// done on one stretch of columns after the other, then the output is handed out, some rows at a time.
/// </summary>
/// <remarks>
/// Threads take the tasks in this order, so that no layer has to be finished by all before the next begins, and nothing
/// is computed twice. A task waits for those of the step before it that it reads, or that read what may lie where it
/// writes; as they have waited in the same way, so have all earlier steps near its columns.
/// </remarks>
internal sealed class BandTasks
{
    // Input columns of a stretch: as many squares as a convolution computes together, so that it reads weights once.
    private const int ColumnsMax = ConvStep.BlockColumnsMax * WinogradBlocks.Side;

    // Stretches for each thread: enough that one need not wait long for what its neighbours have in work.
    private const int PartsPerThread = 2;

    // Narrower stretches would be mostly overhead.
    private const int ColumnsMin = 16;

    private readonly List<BandTask> _tasks = [new BandTask(null, default, [])];
    private readonly MapShape[] _shapes;
    private readonly int _parts;

    public BandTasks(CompiledGraph graph, MapShape[] shapes, int threads)
    {
        _shapes = shapes;
        var width = shapes[graph.Input].Width;
        var shared = Math.Min(threads == 1 ? 1 : threads * PartsPerThread, width / ColumnsMin);
        _parts = Math.Max(1, Math.Max(shared, (width + ColumnsMax - 1) / ColumnsMax));

        var reach = 0;
        foreach (var step in graph.Steps)
        {
            var before = reach;
            reach = Reach(step);
            for (var part = 0; part < _parts; part++)
            {
                _tasks.Add(new BandTask(step, Columns(step.Output, part), After(part, Math.Max(before, reach))));
            }
        }

        FirstOutput = _tasks.Count;
        for (var part = 0; part < _parts; part++)
        {
            _tasks.Add(new BandTask(null, default, After(part, _parts)));
        }
    }

    public int Count => _tasks.Count;

    /// <summary>The first of the tasks that hand out the output.</summary>
    public int FirstOutput { get; }

    public BandTask this[int index] => _tasks[index];

    /// <summary>The rows that one of the last tasks hands out.</summary>
    public Extent OutputRows(int task, Extent rows)
    {
        var part = task - FirstOutput;
        return new Extent(
            rows.Start + (rows.Length * part / _parts), rows.Start + (rows.Length * (part + 1) / _parts));
    }

    private Extent Columns(int map, int part) => new(Start(map, part), Start(map, part + 1));

    // Where a stretch begins: between squares, wherever a step computes in squares.
    private int Start(int map, int part) =>
        (int)Math.Min(_shapes[map].Width, Squares(map) * part / _parts * WinogradBlocks.Side);

    // The stretch that a column lies in.
    private int PartAt(int map, int column) =>
        (int)(((((column / WinogradBlocks.Side) + 1L) * _parts) - 1) / Squares(map));

    // Across a map.
    private long Squares(int map) => (_shapes[map].Width + WinogradBlocks.Side - 1L) / WinogradBlocks.Side;

    // How many stretches away a step reads.
    private int Reach(Step step)
    {
        var reach = 0;
        for (var part = 0; part < _parts; part++)
        {
            var columns = Columns(step.Output, part);
            for (var input = 0; columns.Length > 0 && input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                var read = step.ReadsInBlocks(Axis.Columns, input, columns, _shapes[map].Width);
                if (read.Length > 0)
                {
                    reach = Math.Max(reach, Math.Max(part - PartAt(map, read.Start), PartAt(map, read.End - 1) - part));
                }
            }
        }

        return reach;
    }

    // The tasks of the step before that stand so near; the input is filled by one.
    private int[] After(int part, int reach)
    {
        var first = _tasks.Count - part - _parts;
        if (first < 0)
        {
            return [0];
        }

        var (low, high) = (Math.Max(0, part - reach), Math.Min(_parts - 1, part + reach));
        var after = new int[high - low + 1];
        for (var i = 0; i < after.Length; i++)
        {
            after[i] = first + low + i;
        }

        return after;
    }
}
