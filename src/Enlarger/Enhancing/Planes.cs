using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Rows as planes, one after the other: luma, then for colour the differences of blue and of red from it (chroma). Each
/// plane is padded to a whole number of vectors, so that vector loops need no remainder.
/// </summary>
internal static class Planes
{
    // The luma of BT.601, as in JPEG.
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Interleaves the planes of a row, clamped to 0 to 1. Overwrites the planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Merge(Span<float> planes, int channels, int width, Span<float> samples)
    {
        var all = Vectors(planes);
        if (channels == 3)
        {
            var length = all.Length / 3;
            for (var i = 0; i < length; i++)
            {
                var (grey, blue, red) = (all[i], all[length + i], all[(2 * length) + i]);
                all[i] = grey + red;
                all[length + i] = grey - ((red * (Red / Green)) + (blue * (Blue / Green)));
                all[(2 * length) + i] = grey + blue;
            }
        }

        foreach (ref var sample in all)
        {
            sample = Vector.Min(Vector<float>.One, Vector.Max(Vector<float>.Zero, sample));
        }

        if (channels == 1)
        {
            planes[..width].CopyTo(samples);
            return;
        }

        var stride = Stride(width);
        var reds = planes[..width];
        var greens = planes.Slice(stride, width);
        var blues = planes.Slice(2 * stride, width);
        for (int x = 0, i = 0; x < reds.Length; x++, i += 3)
        {
            (samples[i], samples[i + 1], samples[i + 2]) = (reds[x], greens[x], blues[x]);
        }
    }

    /// <summary>Luma and the two differences of a colour with samples from 0 to 1.</summary>
    public static (float Luma, float Blue, float Red) Of(float red, float green, float blue)
    {
        var grey = (Red * red) + (Green * green) + (Blue * blue);
        return (grey, blue - grey, red - grey);
    }
}
