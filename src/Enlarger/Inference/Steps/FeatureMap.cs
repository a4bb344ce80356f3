namespace Enlarger.Inference.Steps;

/// <summary>
/// The living rows of a feature map, each in a slot of the arena of one run. Channels are interleaved, and there are
/// columns beyond both ends where a convolution reads padding: zeros, as the ONNX standard says, or the outermost pixel
/// repeated.
/// </summary>
/// <param name="shape">Of the whole map.</param>
/// <param name="pixelStride">Floats from a pixel to the next.</param>
/// <param name="left">Padding columns before column 0.</param>
/// <param name="right">Padding columns after the last.</param>
/// <param name="capacity">The most rows that are alive at the same time; they are consecutive.</param>
/// <param name="zeroRow">
/// Stands for every row outside of the picture; null where the outermost rows and columns are repeated.
/// </param>
internal sealed unsafe class FeatureMap(
    MapShape shape, int pixelStride, int left, int right, int capacity, float* zeroRow)
{
    private readonly float*[] _slots = new float*[capacity];

    public MapShape Shape { get; } = shape;

    /// <summary>Floats from a pixel to the next.</summary>
    public int PixelStride { get; } = pixelStride;

    /// <summary>The slot of a living row, where its left padding begins.</summary>
    public ref float* Slot(int y) => ref _slots[y % _slots.Length];

    /// <summary>Whether padding repeats the outermost pixels; otherwise it is zero.</summary>
    public bool RepeatsEdges => zeroRow == null;

    /// <summary>Column 0 of a living row, or of the padding that stands for a row outside of the picture.</summary>
    public float* Row(int y)
    {
        var isInside = (uint)y < (uint)Shape.Height;
        var row = isInside || !RepeatsEdges ? y : Math.Clamp(y, 0, Shape.Height - 1);
        return (isInside || RepeatsEdges ? Slot(row) : zeroRow) + ((nint)left * PixelStride);
    }

    /// <summary>A pixel of a living row.</summary>
    public float* Pixel(int y, int x) => Row(y) + ((nint)x * PixelStride);

    /// <summary>Fills the padding of rows that were just written, where the written columns touch an edge.</summary>
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
