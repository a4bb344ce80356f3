using Enlarger.Imaging;
using Enlarger.Inference.Scheduling;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Tiling;

/// <summary>A column tile: its columns of the picture, and the columns of the extended picture that it reads.</summary>
internal readonly record struct ColumnTile(Extent Columns, Extent Read);

/// <summary>
/// How a picture is cut into tiles: column tiles, each cut into tiles of some rows. Most pictures are a single tile.
/// The halo that is read around a tile follows from the network's graph, so that no seam can show.
/// </summary>
internal sealed class TileGrid
{
    private readonly Network _network;
    private readonly PixelSize _size;

    /// <param name="network">The network.</param>
    /// <param name="size">The size of the picture.</param>
    /// <param name="planes">How often the network is run over it: once, or once for each channel.</param>
    /// <param name="rowBytes">Bytes of the result for each row of the picture.</param>
    /// <param name="options">Threads and memory.</param>
    /// <exception cref="ModelException">The network needs the whole picture at once, and it is too large.</exception>
    public TileGrid(Network network, PixelSize size, int planes, long rowBytes, TilingOptions options)
    {
        _network = network;
        Geometry = network.Geometry;
        _size = size;
        Extended = new PixelSize(Extend(size.Width), Extend(size.Height));
        TileRows = size.Height;
        ColumnTiles = [new ColumnTile(new Extent(0, size.Width), new Extent(0, Extended.Width))];

        var bytes = Bytes(ColumnTiles[0], new Extent(0, size.Height));
        if (Geometry.ReceptiveField is null)
        {
            if (bytes > options.WholePictureBytesMax)
            {
                throw new ModelException(
                    $"This network looks at the whole picture at once; {size.Width}x{size.Height} would take "
                    + $"{bytes >> 20} MiB, and {options.WholePictureBytesMax >> 20} are allowed.");
            }

            return;
        }

        while (bytes * planes > options.WorkingBytesMax && ColumnTiles[0].Columns.Length >= 2 * options.TileColumnsMin)
        {
            var narrower = Cut(ColumnTiles.Length * 2);
            var inner = narrower[narrower.Length / 2];
            if (inner.Read.Length > inner.Columns.Length * options.ReadColumnsMax)
            {
                return;
            }

            TileRows = Math.Min(
                size.Height, (int)Math.Clamp(options.BufferBytesMax / rowBytes, 1, options.TileRows));
            ColumnTiles = narrower;
            planes = 1;
            bytes = Bytes(ColumnTiles[0], new Extent(0, TileRows));
        }
    }

    /// <summary>How the network's output lies over its input.</summary>
    public NetworkGeometry Geometry { get; }

    /// <summary>The size of the picture with its margin around it, rounded up to the network's alignment.</summary>
    public PixelSize Extended { get; }

    /// <summary>The column tiles, from left to right.</summary>
    public ColumnTile[] ColumnTiles { get; private set; }

    /// <summary>Rows of the picture in a tile: all of them, where there is one column tile.</summary>
    public int TileRows { get; }

    /// <summary>The rows of the extended picture that a tile of these rows reads.</summary>
    public Extent RowsRead(Extent rows) => Read(Axis.Rows, rows, Extended.Height);

    /// <summary>
    /// The rows of the picture that must be in memory to make rows of the extended picture, which are made in order.
    /// </summary>
    /// <param name="extended">The rows of the extended picture. Those before were made already.</param>
    public Extent PictureRows(Extent extended)
    {
        // The last rows of the picture are mirrored below it, so they must stay; the first are mirrored above it.
        var below = Extended.Height - _size.Height - Geometry.Margin;
        return new Extent(
            Math.Max(0, Math.Min(extended.Start - Geometry.Margin, _size.Height - below)),
            Math.Clamp(Math.Max(extended.End - Geometry.Margin, Geometry.Margin - extended.Start), 1, _size.Height));
    }

    /// <summary>The row of the picture that a row of the extended picture shows.</summary>
    public int PictureRow(int extended) => Mirror(extended - Geometry.Margin, _size.Height);

    /// <summary>The column of the picture that a column of the extended picture shows.</summary>
    public int PictureColumn(int extended) => Mirror(extended - Geometry.Margin, _size.Width);

    /// <summary>The plan for the part of a column tile in these rows of the picture.</summary>
    public BandPlan Plan(ColumnTile tile, Extent rows)
    {
        var read = RowsRead(rows);
        var first = ((rows.Start - read.Start) * Geometry.Scale) + Geometry.Offset;
        return _network.Plan(
            new MapShape(_network.Channels, read.Length, tile.Read.Length),
            new Extent(first, first + (rows.Length * Geometry.Scale)),
            Geometry.Scale,
            Padding.Replicate);
    }

    // Half-sample symmetry: the outermost pixel is repeated, as in a b c | c b a | a b c.
    private static int Mirror(int position, int length)
    {
        var phase = position - (Floor.Divide(position, 2 * length) * 2 * length);
        return phase < length ? phase : (2 * length) - 1 - phase;
    }

    private static int DivideUp(int number, int by) => (number + by - 1) / by;

    private int Extend(int length) =>
        DivideUp(length + (2 * Geometry.Margin), Geometry.Alignment) * Geometry.Alignment;

    private ColumnTile[] Cut(int count)
    {
        var tiles = new ColumnTile[count];
        for (var i = 0; i < count; i++)
        {
            var columns = new Extent(Start(i, count), Start(i + 1, count));
            tiles[i] = new ColumnTile(columns, Read(Axis.Columns, columns, Extended.Width));
        }

        return tiles;
    }

    private int Start(int i, int count) => (int)((long)_size.Width * i / count);

    private long Bytes(ColumnTile tile, Extent rows) => Plan(tile, rows).ArenaLength * sizeof(float);

    private Extent Read(Axis axis, Extent wanted, int length)
    {
        var (scale, offset) = (Geometry.Scale, Geometry.Offset);
        var output = new Extent((wanted.Start * scale) + offset, (wanted.End * scale) + offset);
        if (_network.Graph.InputFor(axis, output, scale, inBlocks: true) is not { } read)
        {
            return new Extent(0, length);
        }

        // Winograd tiles must lie at the same places of every map as when the whole picture is computed at once.
        var alignment = Geometry.Alignment * _network.Graph.Block;
        var start = Floor.Divide(read.Start, alignment) * alignment;
        var end = Floor.Divide(read.End + alignment - 1, alignment) * alignment;
        return new Extent(start, end).Clip(length);
    }
}
