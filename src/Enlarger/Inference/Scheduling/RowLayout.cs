namespace Enlarger.Inference.Scheduling;

/// <summary>
/// How rows of feature maps lie in memory. Rows of the same layout have interchangeable slots in the arena.
/// </summary>
internal sealed class RowLayout(int width, int pixelStride)
{
    public int Width { get; } = width;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>Columns before the left edge, which convolutions read as padding.</summary>
    public int Left { get; set; }

    /// <summary>The same after the right edge.</summary>
    public int Right { get; set; }

    /// <summary>Floats of a row, columns beyond its edges included.</summary>
    public int RowStride { get; set; }

    /// <summary>Slots in the arena: the most rows of this layout that are alive at the same time.</summary>
    public int Slots { get; set; }
}
