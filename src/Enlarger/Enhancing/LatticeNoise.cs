using System.Numerics;
using System.Runtime.CompilerServices;

namespace Enlarger.Enhancing;

/// <summary>
/// Noise that is a function of position only: random values at lattice points, interpolated smoothly (value noise,
/// after Perlin, "An Image Synthesizer", 1985).
/// </summary>
/// <param name="width">Columns.</param>
internal sealed class LatticeNoise(int width)
{
    // Lattice points left and right of the row, and the padding for vectors.
    private const int Slack = 32;

    private readonly float[] _points = new float[width + Slack];

    /// <summary>Fills a row with noise of 0 to 1.</summary>
    /// <param name="y">The row.</param>
    /// <param name="cell">
    /// Distance of lattice points in pixels: horizontally a whole number, vertically 1 or more.
    /// </param>
    /// <param name="slant">Pixels by which each row is shifted to the left of the one above, 0 or more.</param>
    /// <param name="seed">Different seeds give different noise.</param>
    /// <param name="row">The row, <c>width</c> samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(int y, (float Across, float Down) cell, float slant, uint seed, Span<float> row)
    {
        var across = Math.Max(1, (int)MathF.Round(cell.Across));
        var start = (int)(y * (double)slant);
        FillPoints(start / across, y / (double)cell.Down, seed, (width / across) + 3);
        if (across == 1)
        {
            _points.AsSpan(0, width).CopyTo(row);
            return;
        }

        var (x, place) = (0, start % across);
        for (var point = 0; x < width; point++)
        {
            var left = _points[point];
            var rise = _points[point + 1] - left;
            var end = Math.Min(width, x + across - place);
            for (; x < end; x++, place++)
            {
                row[x] = left + (rise * Ease((float)place / across));
            }

            place = 0;
        }
    }

    // The lattice values of a row, interpolated between the lattice rows above and below.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillPoints(int first, double down, uint seed, int count)
    {
        var line = (int)down;
        var part = new Vector<float>(Ease((float)(down - line)));
        var scale = new Vector<float>(1f / (1 << 24));
        for (var i = 0; i < count; i += Vector<float>.Count)
        {
            var columns = Vector<uint>.Indices + new Vector<uint>((uint)(first + i));
            var above = Hash(columns, line, seed);
            var below = Hash(columns, line + 1, seed);
            ((above + ((below - above) * part)) * scale).CopyTo(_points, i);
        }
    }

    private static float Ease(float part) => part * part * (3 - (2 * part));

    // The finaliser of MurmurHash3 over the position times odd constants; the upper 24 bits become a float.
    private static Vector<float> Hash(Vector<uint> x, int y, uint seed)
    {
        var bits = (x * 0x9E3779B1) ^ new Vector<uint>(((uint)y * 0x85EBCA77) + (seed * 0xC2B2AE3D));
        bits = (bits ^ (bits >>> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >>> 13)) * 0xC2B2AE35;
        bits ^= bits >>> 16;
        return Vector.ConvertToSingle(Vector.AsVectorInt32(bits >>> 8));
    }
}
