using System.Numerics;
using System.Runtime.InteropServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Rows as planes, one after the other: luma, then for colour the differences of blue and of red from it. Each plane is
/// as long as a whole number of vectors, so that loops over vectors have no rest.
/// </summary>
internal static class Planes
{
    // The luma of BT.601, which JPEG has too.
    private const float Red = 0.299f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    // Two of today's largest vectors of Vector<T>, so that the layout is the same everywhere.
    private const int StrideMultiple = 16;

    /// <summary>Samples from one plane of a row to the next.</summary>
    public static int Stride(int width) =>
        checked(width + StrideMultiple - 1) / StrideMultiple * StrideMultiple;

    public static Span<Vector<float>> Vectors(Span<float> row) => MemoryMarshal.Cast<float, Vector<float>>(row);

    public static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> row) =>
        MemoryMarshal.Cast<float, Vector<float>>(row);

    /// <summary>Splits a row of interleaved samples, grey or RGB.</summary>
    public static void Split(ReadOnlySpan<float> samples, int channels, int width, Span<float> planes)
    {
        if (channels == 1)
        {
            samples[..width].CopyTo(planes);
            return;
        }

        var stride = Stride(width);
        var luma = planes[..width];
        var blues = planes.Slice(stride, width);
        var reds = planes.Slice(2 * stride, width);
        for (int x = 0, i = 0; x < luma.Length; x++, i += 3)
        {
            var (red, green, blue) = (samples[i], samples[i + 1], samples[i + 2]);
            var grey = (Red * red) + (Green * green) + (Blue * blue);
            luma[x] = grey;
            blues[x] = blue - grey;
            reds[x] = red - grey;
        }
    }

    /// <summary>Puts the planes of a row together again, within 0 to 1.</summary>
    public static void Merge(ReadOnlySpan<float> planes, int channels, int width, Span<float> samples)
    {
        if (channels == 1)
        {
            for (var x = 0; x < width; x++)
            {
                samples[x] = Math.Clamp(planes[x], 0, 1);
            }

            return;
        }

        var stride = Stride(width);
        var luma = planes[..width];
        var blues = planes.Slice(stride, width);
        var reds = planes.Slice(2 * stride, width);
        for (int x = 0, i = 0; x < luma.Length; x++, i += 3)
        {
            var (grey, blue, red) = (luma[x], blues[x], reds[x]);
            samples[i] = Math.Clamp(grey + red, 0, 1);
            samples[i + 1] = Math.Clamp(grey - ((Red / Green * red) + (Blue / Green * blue)), 0, 1);
            samples[i + 2] = Math.Clamp(grey + blue, 0, 1);
        }
    }

    /// <summary>Luma and the two differences of a colour with samples from 0 to 1.</summary>
    public static (float Luma, float Blue, float Red) Of(float red, float green, float blue)
    {
        var grey = (Red * red) + (Green * green) + (Blue * blue);
        return (grey, blue - grey, red - grey);
    }
}
