using Enlarger.Imaging;

namespace Enlarger.Inference.Tiling;

/// <summary>A sliding window of rows of a picture, each of which is read once, in order.</summary>
internal sealed class RowWindow(int rowLength, FloatRowSource source)
{
    private readonly Queue<float[]> _rows = new();
    private readonly Stack<float[]> _free = new();
    private float[][] _index = [];
    private int _first;

    /// <summary>The first row that has not been read.</summary>
    public int End => _first + _rows.Count;

    /// <summary>Drops rows before <paramref name="start"/> and reads those up to <paramref name="end"/>.</summary>
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

    /// <summary>A row in the window. Several threads may call this, while none advances the window.</summary>
    public float[] Row(int y) => _index[y - _first];
}
