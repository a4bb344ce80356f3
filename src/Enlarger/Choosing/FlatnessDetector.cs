namespace Enlarger.Choosing;

/// <summary>
/// Tells drawings from photographs by blocks of 8x8 pixels: drawings have flat blocks between their lines, and blocks
/// of two tones across their lines; photographs have many tones in between.
/// </summary>
internal sealed class FlatnessDetector
{
    private const int Side = 8;

    // Two levels of 255: rounding and the mildest compression change flat areas by as much.
    private const float FlatRange = 2.5f / 255;

    // 40 levels: a smaller range is shading rather than an edge.
    private const float EdgeRange = 40f / 255;

    // Samples within this part of the range from either end count as that tone, which allows for the ringing of JPEG.
    private const float ToneWidth = 0.2f;

    private int _blocks;
    private int _flat;
    private int _edges;
    private double _toned;

    /// <summary>The share of blocks in which no channel varies; 0 without any block.</summary>
    public double Flatness => Share(_flat, _blocks);

    /// <summary>The share of blocks that have an edge.</summary>
    public double EdgeShare => Share(_edges, _blocks);

    /// <summary>The mean share of pixels in one of the two tones, over blocks with an edge.</summary>
    public double TwoTone => Share(_toned, _edges);

    public void Add(SampleTile tile)
    {
        for (var y = 0; y + Side <= tile.Height; y += Side)
        {
            for (var x = 0; x + Side <= tile.Width; x += Side)
            {
                AddBlock(tile, x, y);
            }
        }
    }

    private void AddBlock(SampleTile tile, int left, int top)
    {
        var (darkest, brightest) = LumaRange(tile, left, top);
        var range = brightest - darkest;
        if (float.IsNaN(range))
        {
            return;
        }

        _blocks++;
        if (range <= FlatRange && IsFlat(tile, left, top))
        {
            _flat++;
        }
        else if (range > EdgeRange)
        {
            _edges++;
            var (low, high) = (darkest + (ToneWidth * range), brightest - (ToneWidth * range));
            var toned = 0;
            for (var y = 0; y < Side; y++)
            {
                foreach (var sample in tile.Row(top + y).Slice(left, Side))
                {
                    toned += sample < low || sample > high ? 1 : 0;
                }
            }

            _toned += toned / (double)(Side * Side);
        }
    }

    // NaN if a pixel is transparent.
    private static (float Darkest, float Brightest) LumaRange(SampleTile tile, int left, int top)
    {
        var (darkest, brightest) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var y = 0; y < Side; y++)
        {
            foreach (var sample in tile.Row(top + y).Slice(left, Side))
            {
                darkest = MathF.Min(darkest, sample);
                brightest = MathF.Max(brightest, sample);
            }
        }

        return (darkest, brightest);
    }

    private static bool IsFlat(SampleTile tile, int left, int top)
    {
        var channels = tile.Channels;
        Span<float> lows = stackalloc float[channels];
        Span<float> highs = stackalloc float[channels];
        lows.Fill(float.PositiveInfinity);
        highs.Fill(float.NegativeInfinity);
        for (var y = 0; y < Side; y++)
        {
            var row = tile.Colours(top + y).Slice(left * channels, Side * channels);
            for (var i = 0; i < row.Length; i++)
            {
                var c = i % channels;
                lows[c] = MathF.Min(lows[c], row[i]);
                highs[c] = MathF.Max(highs[c], row[i]);
            }
        }

        for (var c = 0; c < channels; c++)
        {
            if (highs[c] - lows[c] > FlatRange)
            {
                return false;
            }
        }

        return true;
    }

    private static double Share(double part, int whole) => whole == 0 ? 0 : part / whole;
}
