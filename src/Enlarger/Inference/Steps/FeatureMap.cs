namespace Enlarger.Inference.Steps;

/// <summary>
/// The rows of a feature map that are alive: a ring in the arena of one run. Pixels follow each other, the channels of
/// a pixel lie side by side, and zero columns stand at both ends where a convolution reads over the edge.
/// </summary>
internal sealed unsafe class FeatureMap(
    MapShape shape, int pixelStride, int marginLeft, int rowStride, int capacity, float* rows, float* zeroRow)
{
    public MapShape Shape { get; } = shape;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>Column 0 of a row that is alive; rows outside of the picture are zero.</summary>
    public float* Row(int y) =>
        ((uint)y < (uint)Shape.Height ? rows + ((long)(y % capacity) * rowStride) : zeroRow)
        + (marginLeft * PixelStride);

    /// <summary>A pixel of a row that is alive.</summary>
    public float* Pixel(int y, int x) => Row(y) + ((nint)x * PixelStride);
}
