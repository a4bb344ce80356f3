using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Scheduling;

/// <summary>Called when rows of a map are allocated, or freed because nothing will read them any more.</summary>
internal delegate void RowsChanged(int map, Extent rows, bool allocated);

/// <summary>
/// Liveness analysis: when rows of feature maps are allocated and freed while bands are computed. A row lives from the
/// step that writes it to the last step that reads it, so that its slot is used again while it is still in the cache.
/// </summary>
internal sealed class RowLiveness
{
    private readonly CompiledGraph _graph;
    private readonly MapShape[] _shapes;
    private readonly List<Reader>[] _readers;
    private readonly List<int>[] _lastReadBy;

    public RowLiveness(CompiledGraph graph, MapShape[] shapes)
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
            // The caller takes the output at the end of a band, so its rows are freed when the next band starts.
            if (map != graph.Output)
            {
                _lastReadBy[last[map]].Add(map);
            }
        }
    }

    /// <summary>Reports, in order, the rows that are allocated and freed while one band is computed.</summary>
    /// <param name="done">For each map, the end of the rows computed before this band.</param>
    /// <param name="need">The same after this band.</param>
    /// <param name="living">The first living row of each map; updated.</param>
    /// <param name="onRowsChanged">Called for each change.</param>
    public void Advance(ReadOnlySpan<int> done, ReadOnlySpan<int> need, int[] living, RowsChanged onRowsChanged)
    {
        Free(_graph.Output, done, living, onRowsChanged);
        onRowsChanged(_graph.Input, new Extent(done[_graph.Input], need[_graph.Input]), allocated: true);
        for (var s = 0; s < _lastReadBy.Length; s++)
        {
            var written = _graph.Steps[s].Output;
            onRowsChanged(written, new Extent(done[written], need[written]), allocated: true);
            foreach (var map in _lastReadBy[s])
            {
                Free(map, need, living, onRowsChanged);
            }
        }
    }

    // Frees the rows that no later row reads.
    private void Free(int map, ReadOnlySpan<int> ends, int[] living, RowsChanged onRowsChanged)
    {
        var first = ends[map];
        foreach (var (step, input) in _readers[map])
        {
            var later = new Extent(ends[step.Output], _shapes[step.Output].Height);
            if (later.Length > 0 && step.Reads(Axis.Rows, input, later, _shapes[map].Height) is { Length: > 0 } read)
            {
                first = Math.Min(first, read.Start);
            }
        }

        if (first > living[map])
        {
            onRowsChanged(map, new Extent(living[map], first), allocated: false);
            living[map] = first;
        }
    }

    private sealed record Reader(Step Step, int Input);
}
