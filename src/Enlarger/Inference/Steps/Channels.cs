namespace Enlarger.Inference.Steps;

/// <summary>Copies channels between maps of different pixel strides.</summary>
internal static unsafe class Channels
{
    public static void Copy(
        FeatureMap from, int fromFirst, FeatureMap to, int toFirst, int count, Extent rows, Extent columns)
    {
        for (var y = rows.Start; y < rows.End; y++)
        {
            var source = from.Pixel(y, columns.Start) + fromFirst;
            var target = to.Pixel(y, columns.Start) + toFirst;
            for (var x = columns.Start; x < columns.End; x++, source += from.PixelStride, target += to.PixelStride)
            {
                new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
            }
        }
    }
}
