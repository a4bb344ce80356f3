namespace Enlarger.Choosing;

/// <summary>
/// What squares of 8x8 pixels consist of: one colour, as between the lines of a drawing; two tones, as across its
/// lines; or the many between them that light and lenses make.
/// </summary>
internal sealed class SquareTones
{
    private const int Side = 8;

    // Two levels of 255, which rounding and the mildest compression change.
    private const float FlatRange = 2.5f / 255;

    // Forty levels: fewer are shading rather than an edge.
    private const float EdgeRange = 40f / 255;

    // This part of the range on either end is one tone, with the ringing of JPEG.
    private const float ToneWidth = 0.2f;

    private int _squares;
    private int _flat;
    private int _edges;
    private double _toned;

    /// <summary>The part of the squares in which no channel changes; 0 where there are none.</summary>
    public double Flatness => Part(_flat, _squares);

    /// <summary>The part of the squares that have an edge.</summary>
    public double EdgePart => Part(_edges, _squares);

    /// <summary>Of those, the mean part of pixels in one of the two tones.</summary>
    public double TwoTone => Part(_toned, _edges);

    public void Add(SampleTile tile)
    {
        for (var y = 0; y + Side <= tile.Height; y += Side)
        {
            for (var x = 0; x + Side <= tile.Width; x += Side)
            {
                AddSquare(tile, x, y);
            }
        }
    }

    private void AddSquare(SampleTile tile, int left, int top)
    {
        var (darkest, brightest) = LumaRange(tile, left, top);
        var range = brightest - darkest;
        if (float.IsNaN(range))
        {
            return;
        }

        _squares++;
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

    // NaN where one pixel is not to be seen.
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

    private static double Part(double part, int whole) => whole == 0 ? 0 : part / whole;
}
