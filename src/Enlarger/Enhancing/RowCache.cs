using System.Numerics;
using System.Runtime.CompilerServices;
using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>
/// A sliding window of rows: each row is computed once, when it or a later one is first asked for, and the last few are
/// kept. Beyond an edge the outermost row is repeated.
/// </summary>
/// <param name="height">Rows of the picture.</param>
/// <param name="length">Samples in a row, all planes together.</param>
/// <param name="kept">How many rows are kept.</param>
/// <param name="source">Computes a row.</param>
internal sealed class RowCache(int height, int length, int kept, FloatRowSource source)
{
    private readonly float[][] _rows = Allocate(Math.Min(kept, height), length);
    private int _next;

    /// <summary>Row <paramref name="y"/>. Overwrites rows that were returned earlier.</summary>
    public ReadOnlySpan<float> Row(int y)
    {
        y = Math.Clamp(y, 0, height - 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(y, _next - _rows.Length);
        for (; _next <= y; _next++)
        {
            source(_next, _rows[_next % _rows.Length]);
        }

        return _rows[y % _rows.Length];
    }

    /// <summary>
    /// The means over the rows from <paramref name="radius"/> above to <paramref name="radius"/> below; fills the
    /// target.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Average(int y, int radius, Span<float> means)
    {
        // The lowest row first, or computing it could overwrite a row that is in use.
        Row(y + radius);
        Row(y - radius)[..means.Length].CopyTo(means);
        for (var k = 1 - radius; k <= radius; k++)
        {
            var row = Planes.Vectors(Row(y + k)[..means.Length]);
            var sums = Planes.Vectors(means);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += row[i];
            }
        }

        var part = new Vector<float>(1f / ((2 * radius) + 1));
        foreach (ref var sum in Planes.Vectors(means))
        {
            sum *= part;
        }
    }

    private static float[][] Allocate(int count, int length)
    {
        var rows = new float[count][];
        for (var i = 0; i < count; i++)
        {
            rows[i] = new float[length];
        }

        return rows;
    }
}
