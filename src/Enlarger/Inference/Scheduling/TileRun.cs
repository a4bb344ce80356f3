using System.Runtime.InteropServices;
using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Scheduling;

/// <summary>
/// One run of a network over one tile of a picture, band by band. Not thread-safe: it starts and joins its own threads.
/// </summary>
internal sealed unsafe class TileRun : IDisposable
{
    private readonly CompiledGraph _graph;
    private readonly BandPlan _plan;
    private readonly FeatureMap[] _maps;
    private readonly int[] _done;
    private readonly int[] _need;
    private readonly int[] _living;
    private readonly float*[][] _free;
    private readonly int[] _freeCount;
    private readonly BandTaskGraph _tasks;
    private readonly Workspace[] _workspaces;
    private float* _arena;

    public TileRun(CompiledGraph graph, BandPlan plan, int threads)
    {
        _graph = graph;
        _plan = plan;
        _done = plan.Start();
        _need = plan.Start();
        _living = plan.Start();
        _tasks = new BandTaskGraph(graph, plan.Shapes, threads);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new Workspace())];
        _arena = (float*)NativeMemory.AlignedAlloc((nuint)(plan.ArenaLength * sizeof(float)), Cache.LineBytes);
        NativeMemory.Clear(_arena, (nuint)(plan.ArenaLength * sizeof(float)));

        _freeCount = new int[plan.Layouts.Length];
        _free = new float*[plan.Layouts.Length][];
        var slot = _arena + plan.ZeroRowLength;
        for (var i = 0; i < _free.Length; i++)
        {
            var layout = plan.Layouts[i];
            _free[i] = new float*[layout.Slots];
            for (; _freeCount[i] < layout.Slots; slot += layout.RowStride)
            {
                _free[i][_freeCount[i]++] = slot;
            }
        }

        _maps = new FeatureMap[graph.MapCount];
        for (var map = 0; map < _maps.Length; map++)
        {
            var layout = plan.Layouts[plan.LayoutOf[map]];
            _maps[map] = new FeatureMap(
                plan.Shapes[map],
                layout.PixelStride,
                layout.Left,
                layout.Right,
                plan.Capacities[map],
                plan.Padding == Padding.Replicate ? null : _arena);
        }
    }

    /// <summary>The end of the input rows that are read to produce the output up to a row.</summary>
    public int InputEnd(int outputEnd)
    {
        var need = new int[_need.Length];
        _plan.Need(_need, outputEnd, need);
        return need[_graph.Input];
    }

    /// <summary>Computes the output up to a row, which must end a band or the output.</summary>
    public void Produce(int outputEnd, FillRow fill, TakeRow take, CancellationToken cancel)
    {
        new BandScheduler(_tasks, Begin, Work).Run(_workspaces.Length);

        bool Begin()
        {
            _need.CopyTo(_done, 0);
            if (!_plan.WarmUp(_done, _need))
            {
                if (_done[_graph.Output] >= outputEnd)
                {
                    _done.CopyTo(_need, 0);
                    return false;
                }

                _plan.Need(_done, Math.Min(_done[_graph.Output] + _plan.BandRows, outputEnd), _need);
            }

            _plan.Liveness.Advance(_done, _need, _living, OnRowsChanged);
            return true;
        }

        void Work(int task, int thread)
        {
            cancel.ThrowIfCancellationRequested();
            if (task == 0)
            {
                Fill(fill);
            }
            else if (task >= _tasks.FirstOutput)
            {
                Take(_tasks.OutputRows(task, New(_graph.Output)), take);
            }
            else if (_tasks[task] is { Step: { } step, Columns: { Length: > 0 } columns }
                && New(step.Output) is { Length: > 0 } rows)
            {
                var maps = new StepMaps(_maps, step, _plan.Kernels, _workspaces[thread]);
                step.Run(maps, rows, columns);
                _maps[step.Output].RepeatEdges(rows, columns);
            }
        }
    }

    public void Dispose()
    {
        foreach (var workspace in _workspaces)
        {
            workspace.Dispose();
        }

        NativeMemory.AlignedFree(_arena);
        _arena = null;
    }

    // Last in, first out: the slot freed last is still in the cache.
    private void OnRowsChanged(int map, Extent rows, bool allocated)
    {
        var layout = _plan.LayoutOf[map];
        for (var y = rows.Start; y < rows.End; y++)
        {
            ref var slot = ref _maps[map].Slot(y);
            if (allocated)
            {
                slot = _free[layout][--_freeCount[layout]];
            }
            else
            {
                _free[layout][_freeCount[layout]++] = slot;
            }
        }
    }

    // The rows of a map that this band computes.
    private Extent New(int map) => new(_done[map], _need[map]);

    private void Fill(FillRow fill)
    {
        var input = _maps[_graph.Input];
        for (var y = _done[_graph.Input]; y < _need[_graph.Input]; y++)
        {
            fill(y, input.Row(y));
        }

        input.RepeatEdges(New(_graph.Input), new Extent(0, input.Shape.Width));
    }

    private void Take(Extent rows, TakeRow take)
    {
        var output = _maps[_graph.Output];
        for (var y = rows.Start; y < rows.End; y++)
        {
            take(y, output.Row(y), output.PixelStride);
        }
    }
}
