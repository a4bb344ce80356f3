namespace Enlarger.Inference;

/// <summary>The rows of a picture that are in use, read once each from a source that gives them in order.</summary>
internal sealed class RowWindow(int rowLength, Imaging.FloatRowSource source)
{
    private readonly Queue<float[]> _rows = new();
    private readonly Stack<float[]> _free = new();
    private float[][] _index = [];
    private int _first;

    /// <summary>The first row that has not been read.</summary>
    public int End => _first + _rows.Count;

    /// <summary>
    /// Reads on until <paramref name="end"/>, and lets go of the rows before <paramref name="start"/>.
    /// </summary>
    public void Advance(int start, int end)
    {
        while (_first < start && _rows.Count > 0)
        {
            _free.Push(_rows.Dequeue());
            _first++;
        }

        while (End < end)
        {
            var row = _free.Count > 0 ? _free.Pop() : new float[rowLength];
            source(End, row);
            _rows.Enqueue(row);
        }

        _index = [.. _rows];
    }

    /// <summary>A row that is in use. May be called by several threads, while none advances.</summary>
    public float[] Row(int y) => _index[y - _first];
}
