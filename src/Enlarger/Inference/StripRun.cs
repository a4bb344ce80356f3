using System.Runtime.InteropServices;
using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>Fills a row of a network's input, channels interleaved.</summary>
internal unsafe delegate void FillRow(int y, float* row);

/// <summary>
/// Takes a finished row of a network's output; pixels are <paramref name="pixelStride"/> floats apart.
/// </summary>
internal unsafe delegate void TakeRow(int y, float* row, int pixelStride);

/// <summary>One run of a network over one input, band by band. Belongs to one thread at a time.</summary>
internal sealed unsafe class StripRun : IDisposable
{
    private readonly CompiledGraph _graph;
    private readonly BandPlan _plan;
    private readonly FeatureMap[] _maps;
    private readonly int[] _done;
    private readonly int[] _need;
    private float* _arena;

    public StripRun(CompiledGraph graph, BandPlan plan)
    {
        _graph = graph;
        _plan = plan;
        _done = plan.Start();
        _need = new int[_done.Length];
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
        _plan.Need(_done, outputEnd, _need);
        return _need[_graph.Input];
    }

    /// <summary>Computes the output up to a row; the number of bands in it must be whole, but for the last.</summary>
    public void Produce(int outputEnd, FillRow fill, TakeRow take, CancellationToken cancel)
    {
        while (_plan.WarmUp(_done, _need))
        {
            RunBand(fill, take, cancel);
        }

        while (_done[_graph.Output] < outputEnd)
        {
            _plan.Need(_done, Math.Min(_done[_graph.Output] + _plan.BandRows, outputEnd), _need);
            RunBand(fill, take, cancel);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_arena);
        _arena = null;
    }

    private void RunBand(FillRow fill, TakeRow take, CancellationToken cancel)
    {
        var input = _maps[_graph.Input];
        for (var y = _done[_graph.Input]; y < _need[_graph.Input]; y++)
        {
            fill(y, input.Row(y));
        }

        foreach (var step in _graph.Steps)
        {
            cancel.ThrowIfCancellationRequested();
            var rows = new Extent(_done[step.Output], _need[step.Output]);
            if (rows.Length > 0)
            {
                step.Run(new StepMaps(_maps, step), rows, _plan.Kernels);
            }
        }

        var output = _maps[_graph.Output];
        for (var y = _done[_graph.Output]; y < _need[_graph.Output]; y++)
        {
            take(y, output.Row(y), output.PixelStride);
        }

        _need.CopyTo(_done, 0);
    }
}
