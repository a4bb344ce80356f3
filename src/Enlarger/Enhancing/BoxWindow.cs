using System.Numerics;
using System.Runtime.CompilerServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Means, minima and maxima over the <c>2 * radius + 1</c> pixels around each pixel of a row, computed by doubling the
/// window: a few vectorised passes for any radius, and no running sum whose rounding error would grow along the row.
/// </summary>
/// <param name="width">Pixels in a row.</param>
/// <param name="radius">Pixels to each side; beyond an edge the outermost pixel is repeated.</param>
internal sealed class BoxWindow(int width, int radius)
{
    // Vectors read this far past the last window.
    private const int Slack = 32;

    private readonly int _stride = Planes.Stride(width);
    private readonly int _window = (2 * radius) + 1;
    private readonly float[] _padded = new float[Planes.Stride(Planes.Stride(width) + (4 * radius) + Slack)];
    private readonly float[] _sums = new float[Planes.Stride(width)];

    /// <summary>Replaces each plane of a row by its means.</summary>
    public void Average(Span<float> planes)
    {
        for (var start = 0; start < planes.Length; start += _stride)
        {
            AveragePlane(planes.Slice(start, _stride));
        }
    }

    /// <summary>The smallest samples of the windows, and the largest.</summary>
    public void FindExtremes(ReadOnlySpan<float> plane, Span<float> minima, Span<float> maxima)
    {
        Pad(plane);
        Overlap<Smaller>(Double<Smaller>(), minima);
        Pad(plane);
        Overlap<Larger>(Double<Larger>(), maxima);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AveragePlane(Span<float> plane)
    {
        Pad(plane);
        Array.Clear(_sums);
        ReadOnlySpan<float> padded = _padded;
        var sums = Planes.Vectors(_sums.AsSpan());
        var offset = 0;
        for (var size = 1; size <= _window; size *= 2)
        {
            if ((_window & size) != 0)
            {
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += new Vector<float>(padded[((i * Vector<float>.Count) + offset)..]);
                }

                offset += size;
            }

            Widen<Sum>(size);
        }

        var part = new Vector<float>(1f / _window);
        var means = Planes.Vectors(plane);
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = sums[i] * part;
        }
    }

    // Returns how many pixels each sample covers afterwards: the largest power of two within the window.
    private int Double<TChoice>()
        where TChoice : ICombination
    {
        var size = 1;
        for (; size * 2 <= _window; size *= 2)
        {
            Widen<TChoice>(size);
        }

        return size;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Overlap<TChoice>(int covered, Span<float> result)
        where TChoice : ICombination
    {
        ReadOnlySpan<float> padded = _padded;
        var chosen = Planes.Vectors(result);
        for (var i = 0; i < chosen.Length; i++)
        {
            var start = padded[(i * Vector<float>.Count)..];
            chosen[i] = TChoice.Of(new Vector<float>(start), new Vector<float>(start[(_window - covered)..]));
        }
    }

    // In place: every read is to the right of all writes so far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widen<TCombination>(int size)
        where TCombination : ICombination
    {
        var padded = _padded.AsSpan();
        for (var i = 0; i + Vector<float>.Count + size <= padded.Length; i += Vector<float>.Count)
        {
            TCombination.Of(new Vector<float>(padded[i..]), new Vector<float>(padded[(i + size)..]))
                .CopyTo(padded[i..]);
        }
    }

    private void Pad(ReadOnlySpan<float> plane)
    {
        _padded.AsSpan(0, radius).Fill(plane[0]);
        plane[..width].CopyTo(_padded.AsSpan(radius));
        _padded.AsSpan(radius + width).Fill(plane[width - 1]);
    }

    private interface ICombination
    {
        static abstract Vector<float> Of(Vector<float> a, Vector<float> b);
    }

    private readonly struct Sum : ICombination
    {
        public static Vector<float> Of(Vector<float> a, Vector<float> b) => a + b;
    }

    private readonly struct Smaller : ICombination
    {
        public static Vector<float> Of(Vector<float> a, Vector<float> b) => Vector.Min(a, b);
    }

    private readonly struct Larger : ICombination
    {
        public static Vector<float> Of(Vector<float> a, Vector<float> b) => Vector.Max(a, b);
    }
}
