using System.Numerics;
using Enlarger.Imaging;
using Enlarger.Inference.Compilation;
using Enlarger.Inference.Scheduling;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Tiling;

/// <summary>
/// A picture enlarged by a network, row by row: reads rows of the picture as it needs them, computes bands of them with
/// several threads, and keeps only the rows that are in use.
/// </summary>
internal sealed unsafe class NetworkRows : IDisposable
{
    // Rows of the picture computed between two thread barriers: enough that waiting costs next to nothing, few enough
    // that cancelling is quick and the buffer small.
    private const int SyncRowsMax = 32;

    // A whole number of bands, since liveness is planned by band.
    private const int SyncRowsMin = BandPlan.InputRowsPerBand;

    private readonly NetworkGeometry _geometry;
    private readonly PixelSize _from;
    private readonly int _channels;
    private readonly int _planes;
    private readonly TileGrid _grid;
    private readonly TilingOptions _options;
    private readonly RowWindow _window;
    private readonly TileRun?[] _runs;
    private readonly CancellationToken _cancel;
    private readonly int _syncRows;

    // For each column of the extended picture, the offset of its first sample in a row of the picture.
    private readonly int[] _samples;
    private float[] _buffer = [];
    private Extent _bufferRows;
    private Extent _tileRows;
    private Extent _rowsRead;

    // The end of the rows of the extended picture that were read, where there is one column tile.
    private int _rowsReadEnd;

    /// <param name="network">The network; it takes 3 channels, or 1, which is then run for each channel.</param>
    /// <param name="from">The size of the picture.</param>
    /// <param name="channels">1 grey or 3 RGB, interleaved in the rows. Grey goes through RGB networks as grey.</param>
    /// <param name="source">The rows of the picture, samples from 0 to 1.</param>
    /// <param name="options">Threads and memory.</param>
    /// <param name="cancel">Stops within a band of rows.</param>
    /// <exception cref="ModelException">The network cannot enlarge such a picture.</exception>
    public NetworkRows(
        Network network,
        PixelSize from,
        int channels,
        FloatRowSource source,
        TilingOptions options,
        CancellationToken cancel)
    {
        _from = from;
        _channels = channels;
        _planes = network.Channels == 1 ? channels : 1;
        var rowBytes = (long)from.Width * network.Scale * network.Scale * channels * sizeof(float);
        _grid = new TileGrid(network, from, _planes, rowBytes, options);
        _geometry = _grid.Geometry;
        _syncRows = SyncRowsMax * rowBytes <= options.BufferBytesMax ? SyncRowsMax : SyncRowsMin;
        _options = options;
        _cancel = cancel;
        _samples = [.. Enumerable.Range(0, _grid.Extended.Width).Select(x => _grid.PictureColumn(x) * channels)];
        _window = new RowWindow(from.Width * channels, source);
        _runs = new TileRun?[_grid.ColumnTiles.Length * _planes];
        Graph = network.Graph;
        To = new PixelSize(from.Width * _geometry.Scale, from.Height * _geometry.Scale);
    }

    /// <summary>The size of the result.</summary>
    public PixelSize To { get; }

    private CompiledGraph Graph { get; }

    /// <summary>Copies row <paramref name="y"/> of the result, samples 0 to 1; rows must be read in order.</summary>
    public void ReadRow(int y, Span<float> row)
    {
        while (y >= _bufferRows.End)
        {
            Compute();
        }

        _buffer.AsSpan((y - _bufferRows.Start) * To.Width * _channels, To.Width * _channels).CopyTo(row);
    }

    public void Dispose()
    {
        foreach (var run in _runs)
        {
            run?.Dispose();
        }
    }

    // Fills the buffer with the next rows.
    private void Compute()
    {
        var start = _bufferRows.End / _geometry.Scale;
        if (start == _tileRows.End)
        {
            _tileRows = new Extent(start, Math.Min(start + _grid.TileRows, _from.Height));
            _rowsRead = _grid.RowsRead(_tileRows);
        }

        var isOneTile = _grid.ColumnTiles.Length == 1;
        var rows = isOneTile ? new Extent(start, Math.Min(start + _syncRows, _from.Height)) : _tileRows;
        _bufferRows = new Extent(rows.Start * _geometry.Scale, rows.End * _geometry.Scale);
        Array.Resize(ref _buffer, Math.Max(_buffer.Length, checked(_bufferRows.Length * To.Width * _channels)));

        if (isOneTile)
        {
            for (var i = 0; i < _runs.Length; i++)
            {
                _runs[i] ??= Open(i);
            }

            var end = _rowsRead.Start + _runs[0]!.InputEnd(End(rows));
            Advance(new Extent(Math.Max(_rowsReadEnd, _rowsRead.Start), end));
            _rowsReadEnd = end;
            for (var i = 0; i < _runs.Length; i++)
            {
                Produce(_runs[i]!, i, rows);
            }
        }
        else
        {
            Advance(_rowsRead);
            for (var i = 0; i < _runs.Length; i++)
            {
                using var run = Open(i);
                Produce(run, i, rows);
            }
        }
    }

    private TileRun Open(int i) =>
        new(Graph, _grid.Plan(_grid.ColumnTiles[i / _planes], _tileRows), _options.Threads);

    // The end of these rows of the picture, in rows of the tile's output.
    private int End(Extent rows) => ((rows.End - _rowsRead.Start) * _geometry.Scale) + _geometry.Offset;

    // Reads the rows of the picture from which rows of the extended picture are made.
    private void Advance(Extent extended)
    {
        var rows = _grid.PictureRows(extended);
        _window.Advance(rows.Start, rows.End);
    }

    private void Produce(TileRun run, int index, Extent rows)
    {
        var tile = _grid.ColumnTiles[index / _planes];
        var plane = index % _planes;
        var firstRow = End(rows) - _bufferRows.Length;
        run.Produce(End(rows), Fill, Take, _cancel);

        void Fill(int y, float* row) =>
            FillRow(_window.Row(_grid.PictureRow(_rowsRead.Start + y)), tile.Read, plane, row);

        void Take(int y, float* row, int pixelStride)
        {
            var skip = ((tile.Columns.Start - tile.Read.Start) * _geometry.Scale) + _geometry.Offset;
            var place = (((y - firstRow) * To.Width) + (tile.Columns.Start * _geometry.Scale)) * _channels;
            var length = tile.Columns.Length * _geometry.Scale * _channels;
            TakeRow(row + (skip * pixelStride), pixelStride, plane, _buffer.AsSpan(place, length));
        }
    }

    private void FillRow(ReadOnlySpan<float> picture, Extent columns, int plane, float* row)
    {
        foreach (var x in _samples.AsSpan(columns.Start, columns.Length))
        {
            if (Graph.InputChannels == 1)
            {
                *row++ = picture[x + plane];
                continue;
            }

            for (var c = 0; c < Graph.InputChannels; c++)
            {
                *row++ = picture[_channels == 1 ? x : x + c];
            }
        }
    }

    private void TakeRow(float* row, int pixelStride, int plane, Span<float> target)
    {
        var isColour = Graph.InputChannels == 3;
        var bad = 0f;
        if (isColour && _channels == 3 && pixelStride == 3)
        {
            bad = Clamp(new ReadOnlySpan<float>(row, target.Length), target);
        }
        else
        {
            for (var i = 0; i < target.Length; i += _channels, row += pixelStride)
            {
                for (var c = 0; c < (isColour ? _channels : 1); c++)
                {
                    var value = isColour && _channels == 1 ? (row[0] + row[1] + row[2]) / 3 : row[c];
                    target[i + plane + c] = Math.Clamp(value, 0, 1);
                    bad += value * 0;
                }
            }
        }

        // Zero times a finite number is zero; zero times NaN or infinity is NaN.
        if (bad != 0)
        {
            throw new ImageException(
                ImageFault.ResultWrong, "The network's result holds values that are not numbers; nothing was written.");
        }
    }

    // Returns zero times the sum of all samples, which is NaN if one of them is not finite.
    private static float Clamp(ReadOnlySpan<float> row, Span<float> target)
    {
        var bad = Vector<float>.Zero;
        var i = 0;
        for (; i + Vector<float>.Count <= row.Length; i += Vector<float>.Count)
        {
            var value = new Vector<float>(row[i..]);
            Vector.Min(Vector.Max(value, Vector<float>.Zero), Vector<float>.One).CopyTo(target[i..]);
            bad += value * 0;
        }

        var rest = 0f;
        for (; i < row.Length; i++)
        {
            target[i] = Math.Clamp(row[i], 0, 1);
            rest += row[i] * 0;
        }

        return Vector.Sum(bad) + rest;
    }
}
