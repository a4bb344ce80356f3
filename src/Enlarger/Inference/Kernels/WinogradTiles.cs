namespace Enlarger.Inference.Kernels;

/// <summary>A feature map that Winograd tiles read. Strides count floats.</summary>
internal unsafe struct WinogradInput
{
    /// <summary>Rows at the first column that is read: four for each row of tiles, and two more.</summary>
    public float** Rows;

    /// <summary>From a pixel to the next.</summary>
    public int Stride;

    /// <summary>Channels; a multiple of sixteen.</summary>
    public int Channels;
}

/// <summary>
/// Output tiles of Winograd's F(4x4, 3x3) that are computed together, row by row of tiles. Strides count floats.
/// </summary>
internal unsafe struct WinogradTiles
{
    /// <summary>Columns and rows of an output tile.</summary>
    public const int OutputSide = 4;

    /// <summary>Columns and rows of the input tile that an output tile depends on.</summary>
    public const int InputSide = OutputSide + 2;

    /// <summary>
    /// Input channels whose products are summed at a time: their transformed tiles and the sums fit the L2 cache.
    /// </summary>
    public const int ChannelsAtOnce = 64;

    /// <summary>Points of a transformed tile.</summary>
    public const int Points = InputSide * InputSide;

    /// <summary>The maps that are read, as if their channels were concatenated.</summary>
    public WinogradInput* Inputs;

    /// <summary>How many maps there are.</summary>
    public int InputCount;

    /// <summary>Channels of all maps.</summary>
    public int InputChannels;

    /// <summary>The output rows at the first column, four for each row of tiles; null below the picture.</summary>
    public float** Outputs;

    /// <summary>From a pixel of the output to the next.</summary>
    public int OutputStride;

    /// <summary>Columns of the output; the last tile of a row may extend beyond them.</summary>
    public int Width;

    /// <summary>Vectors of output channels.</summary>
    public int OutputVectors;

    /// <summary>Rows of tiles.</summary>
    public int TileRows;

    /// <summary>
    /// For each point, for each pair of output vectors (the last may be alone), for each input channel: the
    /// weights of the pair.
    /// </summary>
    public float* Weights;

    /// <summary>A number for each output channel.</summary>
    public float* Bias;

    /// <summary>For each output channel, the factor of negative values: 1 none, 0 ReLU, else leaky or PReLU.</summary>
    public float* Slopes;

    /// <summary>Memory for <see cref="ScratchLength"/> floats, aligned to a cache line.</summary>
    public float* Scratch;

    /// <summary>Tiles in a row.</summary>
    public readonly int TileColumns => (Width + OutputSide - 1) / OutputSide;

    /// <summary>
    /// Floats from the values at one point to those at the next. A cache line in between keeps the points of a tile
    /// from all falling into the same cache set.
    /// </summary>
    public static int PointStride(int tiles, int channels) => (tiles * channels) + Cache.Line;

    /// <summary>
    /// Floats of scratch memory: the points of inputs and outputs, and a row of tiles between the two passes of the
    /// input transform.
    /// </summary>
    public readonly int ScratchLength(int vectorLength)
    {
        var tiles = WinogradBatches.Round(TileRows * TileColumns);
        return (Points * (PointStride(tiles, ChannelsAtOnce) + PointStride(tiles, OutputVectors * vectorLength)))
            + (InputSide * ((OutputSide * TileColumns) + 2) * Cache.Line);
    }
}

/// <summary>How tiles are batched for the products at a point.</summary>
internal static class WinogradBatches
{
    /// <summary>The tile count rounded up so that it splits into batches of six and four.</summary>
    public static int Round(int tiles) => tiles <= 4 ? 4 : (tiles + 1) / 2 * 2;

    /// <summary>How many tiles of a rounded count are in batches of six; the rest is none, four or eight.</summary>
    public static int InSixes(int rounded) => (rounded % 6) switch
    {
        0 => rounded,
        4 => rounded - 4,
        _ => rounded - 8,
    };
}
