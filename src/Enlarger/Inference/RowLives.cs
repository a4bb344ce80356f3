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
    private readonly List<Reader>[] _readers;
    private readonly int[][] _lastReadBy;

    public RowLives(CompiledGraph graph, MapShape[] shapes)
    {
        _graph = graph;
        _readers = Array.ConvertAll(shapes, _ => new List<Reader>());
        _lastReadBy = new int[graph.Steps.Count][];
        var last = new int[shapes.Length];
        for (var s = 0; s < graph.Steps.Count; s++)
        {
            var step = graph.Steps[s];
            last[step.Output] = s;
            for (var input = 0; input < step.Inputs.Length; input++)
            {
                var map = step.Inputs[input];
                last[map] = s;
                _readers[map].Add(new Reader(step.Output, FirstReads(step, input, shapes)));
            }
        }

        for (var s = 0; s < _lastReadBy.Length; s++)
        {
            // What is handed out at the end of a band lives on until the next.
            _lastReadBy[s] = [.. Enumerable.Range(0, last.Length).Where(map => last[map] == s && map != graph.Output)];
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
        foreach (var reader in _readers[map])
        {
            first = Math.Min(first, reader.FirstReads[ends[reader.Output]]);
        }

        if (first > living[map])
        {
            change(map, new Extent(living[map], first), come: false);
            living[map] = first;
        }
    }

    // For each row of the output, the first row of the input that it or a later one depends on. A border that mirrors
    // goes back.
    private static int[] FirstReads(Step step, int input, MapShape[] shapes)
    {
        var (from, to) = (shapes[step.Inputs[input]].Height, shapes[step.Output].Height);
        var first = new int[to + 1];
        first[to] = int.MaxValue;
        for (var y = to - 1; y >= 0; y--)
        {
            var read = step.Reads(Axis.Rows, input, new Extent(y, y + 1), from);
            first[y] = read.Length > 0 ? Math.Min(first[y + 1], read.Start) : first[y + 1];
        }

        return first;
    }

    private readonly record struct Reader(int Output, int[] FirstReads);
}
