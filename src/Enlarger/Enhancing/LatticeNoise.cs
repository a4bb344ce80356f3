namespace Enlarger.Enhancing;

/// <summary>
/// Noise that depends on nothing but the place: random values on a lattice, blended smoothly between its points (value
/// noise, after Perlin, "An Image Synthesizer", 1985).
/// </summary>
internal static class LatticeNoise
{
    /// <summary>Fills a row with noise of 0 to 1.</summary>
    /// <param name="y">The row.</param>
    /// <param name="cell">Pixels from one point of the lattice to the next, across and down, 1 or more.</param>
    /// <param name="slant">Pixels that each row is moved to the left against the one above.</param>
    /// <param name="seed">Different seeds give different noise.</param>
    /// <param name="row">The row.</param>
    public static void Fill(int y, (float Across, float Down) cell, float slant, uint seed, Span<float> row)
    {
        var down = y / (double)cell.Down;
        var line = (int)down;
        var part = Ease((float)(down - line));
        var start = y * (double)slant / cell.Across;
        var step = 1 / (double)cell.Across;
        var point = int.MinValue;
        var (left, rise) = (0f, 0f);
        for (var x = 0; x < row.Length; x++)
        {
            var across = start + (x * step);
            var floor = (int)Math.Floor(across);
            if (floor != point)
            {
                point = floor;
                left = Blend(floor, line, part, seed);
                rise = Blend(floor + 1, line, part, seed) - left;
            }

            row[x] = left + (rise * Ease((float)(across - floor)));
        }
    }

    private static float Blend(int x, int y, float part, uint seed)
    {
        var above = Hash(x, y, seed);
        return above + ((Hash(x, y + 1, seed) - above) * part);
    }

    private static float Ease(float part) => part * part * (3 - (2 * part));

    // The finaliser of MurmurHash3 over a product of the place with odd constants.
    private static float Hash(int x, int y, uint seed)
    {
        var bits = ((uint)x * 0x9E3779B1) ^ (((uint)y * 0x85EBCA77) + (seed * 0xC2B2AE3D));
        bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
        bits ^= bits >> 16;
        return (bits >> 8) / (float)(1 << 24);
    }
}
