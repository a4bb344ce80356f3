using Enlarger.Imaging;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>How a picture is cut up for a network. Results do not depend on it, speed and memory do.</summary>
internal sealed record TilingOptions
{
    /// <summary>Threads that compute at the same time.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes that the feature maps in work may take. 96 MiB holds a picture 4,300 pixels wide for a network of 48
    /// channels; wider ones are cut into strips, one after the other, whose neighbourhood is computed twice.
    /// </summary>
    public long WorkingBytesMax { get; init; } = 96L << 20;

    /// <summary>
    /// Narrowest strip in columns of the input, whatever its feature maps take: narrower ones would mostly compute what
    /// is around them.
    /// </summary>
    public int StripColumnsMin { get; init; } = 256;

    /// <summary>
    /// How many columns a strip may read for each of its own. Deep networks read a thousand around it: cut further,
    /// they would take as much memory as before, and far more time.
    /// </summary>
    public int ReadColumnsMax { get; init; } = 2;

    /// <summary>Rows of the input in a piece, where there are several strips.</summary>
    public int PieceRows { get; init; } = 256;

    /// <summary>
    /// Bytes of finished rows that may wait to be taken. Where there are several strips, pieces get lower by it, and
    /// more rows around them are computed twice.
    /// </summary>
    public long BufferBytesMax { get; init; } = 32L << 20;

    /// <summary>
    /// Bytes of feature maps for a network that looks at the whole picture at once. 1 GiB is one to two megapixels for
    /// the networks of 64 channels that do this.
    /// </summary>
    public long WholePictureBytesMax { get; init; } = 1L << 30;
}

/// <summary>A strip of columns: those that it is for, and those of the extended picture that it must read.</summary>
internal readonly record struct Strip(Extent Columns, Extent Read);

/// <summary>
/// The cut of a picture into strips of columns and pieces of rows; mostly one of each. What is read around a strip is
/// what the network's graph says that its result depends on, so that no seam can show.
/// </summary>
internal sealed class Tiling
{
    private readonly Network _network;
    private readonly PixelSize _size;

    /// <param name="network">The network.</param>
    /// <param name="size">The size of the picture.</param>
    /// <param name="planes">How often the network is run over it: once, or for each channel.</param>
    /// <param name="rowBytes">Bytes of the result's rows for a row of the picture.</param>
    /// <param name="options">Threads and memory.</param>
    /// <exception cref="ModelException">The network needs the whole picture at once, and it is too large.</exception>
    public Tiling(Network network, PixelSize size, int planes, long rowBytes, TilingOptions options)
    {
        _network = network;
        Geometry = network.Geometry;
        _size = size;
        Extended = new PixelSize(Extend(size.Width), Extend(size.Height));
        PieceRows = size.Height;
        Strips = [new Strip(new Extent(0, size.Width), new Extent(0, Extended.Width))];

        var bytes = Bytes(Strips[0], new Extent(0, size.Height));
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

        while (bytes * planes > options.WorkingBytesMax && Strips[0].Columns.Length >= 2 * options.StripColumnsMin)
        {
            var narrower = Cut(Strips.Length * 2);
            var inner = narrower[narrower.Length / 2];
            if (inner.Read.Length > inner.Columns.Length * options.ReadColumnsMax)
            {
                return;
            }

            PieceRows = Math.Min(
                size.Height, (int)Math.Clamp(options.BufferBytesMax / rowBytes, 1, options.PieceRows));
            Strips = narrower;
            planes = 1;
            bytes = Bytes(Strips[0], new Extent(0, PieceRows));
        }
    }

    /// <summary>How the network's output lies over its input.</summary>
    public NetworkGeometry Geometry { get; }

    /// <summary>The size of the picture with its margin around it, rounded up to the network's alignment.</summary>
    public PixelSize Extended { get; }

    public Strip[] Strips { get; private set; }

    /// <summary>Rows of a piece: all of them, where there is one strip.</summary>
    public int PieceRows { get; }

    /// <summary>The rows of the extended picture that a piece reads.</summary>
    public Extent RowsRead(Extent piece) => Read(Axis.Rows, piece, Extended.Height);

    /// <summary>
    /// The rows of the picture that must be there so that rows of the extended picture can be made of them, in the
    /// order in which they follow each other.
    /// </summary>
    /// <param name="extended">The rows of the extended picture. Those before are there already.</param>
    public Extent PictureRows(Extent extended)
    {
        // Below the picture its last rows are mirrored, which must not have been given away then; above it the first.
        var below = Extended.Height - _size.Height - Geometry.Margin;
        return new Extent(
            Math.Max(0, Math.Min(extended.Start - Geometry.Margin, _size.Height - below)),
            Math.Clamp(Math.Max(extended.End - Geometry.Margin, Geometry.Margin - extended.Start), 1, _size.Height));
    }

    /// <summary>The row of the picture that a row of the extended picture shows.</summary>
    public int PictureRow(int extended) => Mirror(extended - Geometry.Margin, _size.Height);

    /// <summary>The column of the picture that a column of the extended picture shows.</summary>
    public int PictureColumn(int extended) => Mirror(extended - Geometry.Margin, _size.Width);

    /// <summary>The plan for one strip of a piece.</summary>
    public BandPlan Plan(Strip strip, Extent piece)
    {
        var read = RowsRead(piece);
        var first = ((piece.Start - read.Start) * Geometry.Scale) + Geometry.Offset;
        return _network.Plan(
            new MapShape(_network.Channels, read.Length, strip.Read.Length),
            new Extent(first, first + (piece.Length * Geometry.Scale)),
            Geometry.Scale,
            Padding.Replicate);
    }

    // The edges stand between pixels, so that the outermost pixel follows itself: a b c, c b a, a b c.
    private static int Mirror(int at, int length)
    {
        var place = at - (Floor.Divide(at, 2 * length) * 2 * length);
        return place < length ? place : (2 * length) - 1 - place;
    }

    private static int DivideUp(int number, int by) => (number + by - 1) / by;

    private int Extend(int length) =>
        DivideUp(length + (2 * Geometry.Margin), Geometry.Alignment) * Geometry.Alignment;

    private Strip[] Cut(int count)
    {
        var strips = new Strip[count];
        for (var i = 0; i < count; i++)
        {
            var columns = new Extent(At(i, count), At(i + 1, count));
            strips[i] = new Strip(columns, Read(Axis.Columns, columns, Extended.Width));
        }

        return strips;
    }

    private int At(int i, int count) => (int)((long)_size.Width * i / count);

    private long Bytes(Strip strip, Extent rows) => Plan(strip, rows).ArenaLength * sizeof(float);

    private Extent Read(Axis axis, Extent wanted, int length)
    {
        var (scale, offset) = (Geometry.Scale, Geometry.Offset);
        var output = new Extent((wanted.Start * scale) + offset, (wanted.End * scale) + offset);
        if (_network.Graph.InputFor(axis, output, scale, inBlocks: true) is not { } read)
        {
            return new Extent(0, length);
        }

        // Squares lie at the same places of every map as in the whole picture.
        var alignment = Geometry.Alignment * _network.Graph.Block;
        var start = Floor.Divide(read.Start, alignment) * alignment;
        var end = Floor.Divide(read.End + alignment - 1, alignment) * alignment;
        return new Extent(start, end).Clip(length);
    }
}
