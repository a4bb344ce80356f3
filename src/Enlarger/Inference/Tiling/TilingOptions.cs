namespace Enlarger.Inference.Tiling;

/// <summary>How a picture is cut up for a network. Results do not depend on it, speed and memory do.</summary>
internal sealed record TilingOptions
{
    /// <summary>Threads that compute at the same time.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes of the feature maps of one run. 96 MiB hold a picture 4,300 pixels wide for a network of 48 channels;
    /// wider ones are cut into column tiles, which run one after the other and whose halo is computed twice.
    /// </summary>
    public long WorkingBytesMax { get; init; } = 96L << 20;

    /// <summary>
    /// Input columns of the narrowest column tile, whatever memory its feature maps take: narrower ones would mostly
    /// compute their halo.
    /// </summary>
    public int TileColumnsMin { get; init; } = 256;

    /// <summary>
    /// How many columns a tile may read for each of its own. Deep networks have a halo of a thousand columns: narrower
    /// tiles would take as much memory as wide ones, and far more time.
    /// </summary>
    public int ReadColumnsMax { get; init; } = 2;

    /// <summary>Input rows of a tile, where there are several column tiles.</summary>
    public int TileRows { get; init; } = 256;

    /// <summary>
    /// Bytes of finished rows that may wait to be read. Where there are several column tiles, this limits the height of
    /// tiles; lower tiles compute more of their halo twice.
    /// </summary>
    public long BufferBytesMax { get; init; } = 32L << 20;

    /// <summary>
    /// Bytes of feature maps for a network whose receptive field is the whole picture. 1 GiB is one to two megapixels
    /// for the networks of 64 channels that do this.
    /// </summary>
    public long WholePictureBytesMax { get; init; } = 1L << 30;
}
