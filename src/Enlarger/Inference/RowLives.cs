using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>Rows of a map that come to life, or that nobody will read any more.</summary>
internal delegate void RowsChange(int map, Extent rows, bool come);

/// <summary>
/// When the rows of the maps come and go while bands are computed. A row lives from the step that writes it to the last
/// that reads it, so that others can take its place while it is still in the cache.
/// </summary>
internal sealed class RowLives
{
    private readonly CompiledGraph _graph;
    private readonly MapShape[] _shapes;
    private readonly List<Reader>[] _readers;
    private readonly List<int>[] _lastReadBy;

    public RowLives(CompiledGraph graph, MapShape[] shapes)
    {
        (_graph, _shapes) = (graph, shapes);
        _readers = Array.ConvertAll(shapes, _ => new List<Reader>());
        _lastReadBy = [.. graph.Steps.Select(_ => new List<int>())];
        var last = new int[shapes.Length];
        for (var s = 0; s < graph.Steps.Count; s++)
        {
            var step = graph.Steps[s];
            last[step.Output] = s;
            for (var input = 0; input < step.Inputs.Length; input++)
            {
                last[step.Inputs[input]] = s;
                _readers[step.Inputs[input]].Add(new Reader(step, input));
            }
        }

        for (var map = 0; map < last.Length; map++)
        {
            // What is handed out at the end of a band lives on until the next.
            if (map != graph.Output)
            {
                _lastReadBy[last[map]].Add(map);
            }
        }
    }

    /// <summary>Tells in which order rows come and go while one band is computed.</summary>
    /// <param name="done">How far all maps were computed before.</param>
    /// <param name="need">How far they will be.</param>
    /// <param name="living">The first living row of each map; moved on.</param>
    /// <param name="change">Is told.</param>
    public void Pass(ReadOnlySpan<int> done, ReadOnlySpan<int> need, int[] living, RowsChange change)
    {
        Go(_graph.Output, done, living, change);
        change(_graph.Input, new Extent(done[_graph.Input], need[_graph.Input]), come: true);
        for (var s = 0; s < _lastReadBy.Length; s++)
        {
            var written = _graph.Steps[s].Output;
            change(written, new Extent(done[written], need[written]), come: true);
            foreach (var map in _lastReadBy[s])
            {
                Go(map, need, living, change);
            }
        }
    }

    // The rows go that no row will depend on that still is to come.
    private void Go(int map, ReadOnlySpan<int> ends, int[] living, RowsChange change)
    {
        var first = ends[map];
        foreach (var (step, input) in _readers[map])
        {
            var coming = new Extent(ends[step.Output], _shapes[step.Output].Height);
            if (coming.Length > 0 && step.Reads(Axis.Rows, input, coming, _shapes[map].Height) is { Length: > 0 } read)
            {
                first = Math.Min(first, read.Start);
            }
        }

        if (first > living[map])
        {
            change(map, new Extent(living[map], first), come: false);
            living[map] = first;
        }
    }

    private sealed record Reader(Step Step, int Input);
}
