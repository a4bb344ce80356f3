using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Gives fully transparent pixels the colour of visible pixels near them, so that a network does not carry the
/// arbitrary colours that editors leave there into the visible part.
/// </summary>
/// <remarks>
/// Push-pull over a pyramid (Gortler and others, "The Lumigraph", 1996): colours weighted by alpha are averaged into
/// ever smaller levels, and a transparent pixel takes its colour from the finest level that has one. The pyramid takes
/// six bytes a pixel.
/// </remarks>
internal sealed class AlphaBleed
{
    private readonly PixelImage _image;
    private readonly List<Level> _levels = [];

    /// <param name="image">A picture with alpha, grey or RGB.</param>
    public AlphaBleed(PixelImage image)
    {
        _image = image;
        var level = Reduce(image);
        _levels.Add(level);
        while (level.Width > 1 || level.Height > 1)
        {
            level = Reduce(level);
            _levels.Add(level);
        }

        for (var i = _levels.Count - 2; i >= 0; i--)
        {
            Fill(_levels[i], _levels[i + 1]);
        }
    }

    /// <summary>Replaces the colours of the transparent pixels in a row; samples from 0 to 1, without alpha.</summary>
    public void Apply(int y, ReadOnlySpan<float> alpha, Span<float> colours)
    {
        var channels = _image.Layout.ColourChannels;
        var level = _levels[0];
        for (var x = 0; x < alpha.Length; x++)
        {
            if (alpha[x] == 0)
            {
                level.Colour(x / 2, y / 2)[..channels].CopyTo(colours[(x * channels)..]);
            }
        }
    }

    private static Level Reduce(PixelImage image)
    {
        var channels = image.Layout.ColourChannels;
        var level = new Level((image.Width + 1) / 2, (image.Height + 1) / 2);
        var colours = new float[image.Width * channels];
        var alpha = new float[image.Width];
        for (var y = 0; y < image.Height; y++)
        {
            Samples.ReadColours(image, y, colours);
            Samples.ReadAlpha(image, y, alpha);
            for (var x = 0; x < image.Width; x++)
            {
                level.Add(x / 2, y / 2, colours.AsSpan(x * channels, channels), alpha[x]);
            }
        }

        level.Normalise();
        return level;
    }

    private static Level Reduce(Level from)
    {
        var level = new Level((from.Width + 1) / 2, (from.Height + 1) / 2);
        for (var y = 0; y < from.Height; y++)
        {
            for (var x = 0; x < from.Width; x++)
            {
                level.Add(x / 2, y / 2, from.Colour(x, y), from.Weight(x, y));
            }
        }

        level.Normalise();
        return level;
    }

    private static void Fill(Level level, Level coarser)
    {
        for (var y = 0; y < level.Height; y++)
        {
            for (var x = 0; x < level.Width; x++)
            {
                if (level.Weight(x, y) == 0)
                {
                    coarser.Colour(x / 2, y / 2).CopyTo(level.Colour(x, y));
                }
            }
        }
    }

    // Each pixel has three colours and a weight; a grey picture uses the first colour only.
    private sealed class Level(int width, int height)
    {
        private readonly float[] _samples = new float[(long)width * height * 4];

        public int Width { get; } = width;

        public int Height { get; } = height;

        public Span<float> Colour(int x, int y) => _samples.AsSpan(((y * Width) + x) * 4, 3);

        public float Weight(int x, int y) => _samples[(((y * Width) + x) * 4) + 3];

        public void Add(int x, int y, ReadOnlySpan<float> colour, float weight)
        {
            var pixel = _samples.AsSpan(((y * Width) + x) * 4, 4);
            for (var c = 0; c < colour.Length; c++)
            {
                pixel[c] += colour[c] * weight;
            }

            pixel[3] += weight;
        }

        public void Normalise()
        {
            for (var i = 0; i < _samples.Length; i += 4)
            {
                var weight = _samples[i + 3];
                if (weight > 0)
                {
                    (_samples[i], _samples[i + 1], _samples[i + 2]) =
                        (_samples[i] / weight, _samples[i + 1] / weight, _samples[i + 2] / weight);
                    _samples[i + 3] = Math.Min(1, weight);
                }
            }
        }
    }
}
