namespace Enlarger.Inference.Steps;

/// <summary>
/// The rows of a feature map that are alive, each in a room in the arena of one run. Pixels follow each other, the
/// channels of a pixel lie side by side, and there are columns beyond both ends where a convolution reads over the
/// edge. What lies beyond the edges is zero, as the ONNX standard has it, or repeats the outermost pixel.
/// </summary>
/// <param name="shape">All of it, alive or not.</param>
/// <param name="pixelStride">Floats from a pixel to the next.</param>
/// <param name="left">Columns before column 0.</param>
/// <param name="right">Columns after the last.</param>
/// <param name="capacity">How many rows are alive at a time, at most; they follow each other.</param>
/// <param name="zeroRow">
/// What stands for all rows outside of the picture; null where the outermost row and columns are repeated.
/// </param>
internal sealed unsafe class FeatureMap(
    MapShape shape, int pixelStride, int left, int right, int capacity, float* zeroRow)
{
    private readonly float*[] _rooms = new float*[capacity];

    public MapShape Shape { get; } = shape;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>Where a row that is alive lies, its zero columns included.</summary>
    public ref float* Room(int y) => ref _rooms[y % _rooms.Length];

    /// <summary>Whether the outermost pixels are repeated beyond the edges; otherwise zeros stand there.</summary>
    public bool RepeatsEdges => zeroRow == null;

    /// <summary>Column 0 of a row that is alive, or of what stands for a row outside of the picture.</summary>
    public float* Row(int y)
    {
        var isInside = (uint)y < (uint)Shape.Height;
        var row = isInside || !RepeatsEdges ? y : Math.Clamp(y, 0, Shape.Height - 1);
        return (isInside || RepeatsEdges ? Room(row) : zeroRow) + ((nint)left * PixelStride);
    }

    /// <summary>A pixel of a row that is alive.</summary>
    public float* Pixel(int y, int x) => Row(y) + ((nint)x * PixelStride);

    /// <summary>Repeats the outermost pixels of rows that were just written, if their columns reach an edge.</summary>
    public void RepeatEdges(Extent rows, Extent columns)
    {
        for (var y = rows.Start; RepeatsEdges && y < rows.End; y++)
        {
            if (columns.Start == 0)
            {
                Repeat(Pixel(y, 0), Pixel(y, -left), left);
            }

            if (columns.End == Shape.Width)
            {
                Repeat(Pixel(y, Shape.Width - 1), Pixel(y, Shape.Width), right);
            }
        }
    }

    private void Repeat(float* pixel, float* target, int count)
    {
        for (var i = 0; i < count; i++, target += PixelStride)
        {
            new ReadOnlySpan<float>(pixel, PixelStride).CopyTo(new Span<float>(target, PixelStride));
        }
    }
}
