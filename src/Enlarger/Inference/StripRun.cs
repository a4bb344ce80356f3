using System.Runtime.InteropServices;
using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>Fills a row of a network's input, channels interleaved.</summary>
internal unsafe delegate void FillRow(int y, float* row);

/// <summary>
/// Takes a finished row of a network's output; pixels are <paramref name="pixelStride"/> floats apart.
/// </summary>
internal unsafe delegate void TakeRow(int y, float* row, int pixelStride);

/// <summary>
/// One run of a network over one input, band by band. Belongs to one thread at a time, which others help.
/// </summary>
internal sealed unsafe class StripRun : IDisposable
{
    private readonly CompiledGraph _graph;
    private readonly BandPlan _plan;
    private readonly FeatureMap[] _maps;
    private readonly int[] _done;
    private readonly int[] _need;
    private readonly int[] _living;
    private readonly float*[][] _free;
    private readonly int[] _freeCount;
    private readonly BandTasks _tasks;
    private readonly Workspace[] _workspaces;
    private float* _arena;

    public StripRun(CompiledGraph graph, BandPlan plan, int threads)
    {
        _graph = graph;
        _plan = plan;
        _done = plan.Start();
        _need = plan.Start();
        _living = plan.Start();
        _tasks = new BandTasks(graph, plan.Shapes, threads);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new Workspace())];
        _arena = (float*)NativeMemory.AlignedAlloc((nuint)(plan.ArenaLength * sizeof(float)), Cache.LineBytes);
        NativeMemory.Clear(_arena, (nuint)(plan.ArenaLength * sizeof(float)));

        _freeCount = new int[plan.Kinds.Length];
        _free = new float*[plan.Kinds.Length][];
        var room = _arena + plan.ZeroRowLength;
        for (var i = 0; i < _free.Length; i++)
        {
            var kind = plan.Kinds[i];
            _free[i] = new float*[kind.Rooms];
            for (; _freeCount[i] < kind.Rooms; room += kind.RowStride)
            {
                _free[i][_freeCount[i]++] = room;
            }
        }

        _maps = new FeatureMap[graph.MapCount];
        for (var map = 0; map < _maps.Length; map++)
        {
            var kind = plan.Kinds[plan.KindOf[map]];
            _maps[map] = new FeatureMap(
                plan.Shapes[map],
                kind.PixelStride,
                kind.Left,
                kind.Right,
                plan.Capacities[map],
                plan.Padding == Padding.Replicate ? null : _arena);
        }
    }

    /// <summary>Where the input must be readable up to, so that the output can be produced up to a row.</summary>
    public int InputEnd(int outputEnd)
    {
        var need = new int[_need.Length];
        _plan.Need(_need, outputEnd, need);
        return need[_graph.Input];
    }

    /// <summary>Computes the output up to a row; the number of bands in it must be whole, but for the last.</summary>
    public void Produce(int outputEnd, FillRow fill, TakeRow take, CancellationToken cancel)
    {
        new BandCrew(_tasks, Begin, Work).Run(_workspaces.Length);

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

            _plan.Lives.Pass(_done, _need, _living, Change);
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

    // The room that was left last is taken first: it is in the cache.
    private void Change(int map, Extent rows, bool come)
    {
        var kind = _plan.KindOf[map];
        for (var y = rows.Start; y < rows.End; y++)
        {
            ref var room = ref _maps[map].Room(y);
            if (come)
            {
                room = _free[kind][--_freeCount[kind]];
            }
            else
            {
                _free[kind][_freeCount[kind]++] = room;
            }
        }
    }

    // The rows of a map that the band adds.
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
