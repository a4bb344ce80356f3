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
    private readonly BandTasks _tasks;
    private readonly Workspace[] _workspaces;
    private float* _arena;

    public StripRun(CompiledGraph graph, BandPlan plan, int threads)
    {
        _graph = graph;
        _plan = plan;
        _done = plan.Start();
        _need = plan.Start();
        _tasks = new BandTasks(graph, plan.Shapes, threads);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new Workspace())];
        _arena = (float*)NativeMemory.AlignedAlloc((nuint)(plan.ArenaLength * sizeof(float)), 64);
        NativeMemory.Clear(_arena, (nuint)(plan.ArenaLength * sizeof(float)));

        _maps = new FeatureMap[graph.MapCount];
        var free = _arena + plan.ZeroRowLength;
        for (var map = 0; map < _maps.Length; map++)
        {
            var margin = plan.Margins[map].Left;
            _maps[map] = new FeatureMap(
                plan.Shapes[map],
                plan.PixelStrides[map],
                margin,
                plan.RowStrides[map],
                plan.Capacities[map],
                free,
                _arena);
            free += (long)plan.Capacities[map] * plan.RowStrides[map];
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
            else if (_tasks[task] is { Step: { } step } && New(step.Output) is { Length: > 0 } rows)
            {
                var maps = new StepMaps(_maps, step, _plan.Kernels, _workspaces[thread]);
                step.Run(maps, rows, _tasks[task].Columns);
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

    // The rows of a map that the band adds.
    private Extent New(int map) => new(_done[map], _need[map]);

    private void Fill(FillRow fill)
    {
        var input = _maps[_graph.Input];
        for (var y = _done[_graph.Input]; y < _need[_graph.Input]; y++)
        {
            fill(y, input.Row(y));
        }
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
