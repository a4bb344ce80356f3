namespace Enlarger.Inference.Steps;

/// <summary>
/// The rows of a feature map that are alive, each in a room in the arena of one run. Pixels follow each other, the
/// channels of a pixel lie side by side, and zero columns stand at both ends where a convolution reads over the edge.
/// </summary>
/// <param name="shape">All of it, alive or not.</param>
/// <param name="pixelStride">Floats from a pixel to the next.</param>
/// <param name="margin">Floats before column 0.</param>
/// <param name="capacity">How many rows are alive at a time, at most; they follow each other.</param>
/// <param name="zeroRow">What stands for all rows outside of the picture.</param>
internal sealed unsafe class FeatureMap(MapShape shape, int pixelStride, int margin, int capacity, float* zeroRow)
{
    private readonly float*[] _rooms = new float*[capacity];

    public MapShape Shape { get; } = shape;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>Where a row that is alive lies, its zero columns included.</summary>
    public ref float* Room(int y) => ref _rooms[y % _rooms.Length];

    /// <summary>Column 0 of a row that is alive; rows outside of the picture are zero.</summary>
    public float* Row(int y) => ((uint)y < (uint)Shape.Height ? Room(y) : zeroRow) + margin;

    /// <summary>A pixel of a row that is alive.</summary>
    public float* Pixel(int y, int x) => Row(y) + ((nint)x * PixelStride);
}
