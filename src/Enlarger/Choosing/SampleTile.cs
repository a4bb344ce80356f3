using Enlarger.Enhancing;
using Enlarger.Imaging;

namespace Enlarger.Choosing;

/// <summary>
/// A small part of a picture at its original resolution and depth. Samples are from 0 to 1; those of fully transparent
/// pixels are NaN, because their colour is not visible.
/// </summary>
internal sealed class SampleTile
{
    // A multiple of the 8 pixels of a block.
    private const int Side = 128;

    // Tiles along each side of a large picture. More of them would not change what is found.
    private const int TilesPerSide = 4;

    private readonly float[] _luma;
    private readonly float[] _colours;

    private SampleTile(int left, int top, int width, int height, int channels)
    {
        (Left, Top, Width, Height, Channels) = (left, top, width, height, channels);
        _luma = new float[width * height];
        _colours = new float[width * height * channels];
    }

    /// <summary>The column of the picture where the tile begins.</summary>
    public int Left { get; }

    /// <summary>The row of the picture where the tile begins.</summary>
    public int Top { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>1 grey or 3 RGB.</summary>
    public int Channels { get; }

    /// <summary>The tiles of a picture: all of a small one, sixteen of a large one.</summary>
    public static IEnumerable<SampleTile> Of(PixelImage image)
    {
        var channels = image.Layout.ColourChannels;
        var colours = new float[image.Width * channels];
        var alpha = new float[image.Layout.HasAlpha ? image.Width : 0];
        var planes = new float[channels * Planes.Stride(Side)];
        foreach (var (top, height) in Spans(image.Height))
        {
            var tiles = Array.ConvertAll(
                Spans(image.Width), span => new SampleTile(span.Start, top, span.Length, height, channels));
            for (var y = 0; y < height; y++)
            {
                Samples.ReadColours(image, top + y, colours);
                if (image.Layout.HasAlpha)
                {
                    Samples.ReadAlpha(image, top + y, alpha);
                    Hide(alpha, channels, colours);
                }

                foreach (var tile in tiles)
                {
                    tile.Take(y, colours, planes);
                }
            }

            foreach (var tile in tiles)
            {
                yield return tile;
            }
        }
    }

    /// <summary>The luma of a row.</summary>
    public ReadOnlySpan<float> Row(int y) => _luma.AsSpan(y * Width, Width);

    /// <summary>The interleaved colours of a row.</summary>
    public ReadOnlySpan<float> Colours(int y) => _colours.AsSpan(y * Width * Channels, Width * Channels);

    private static (int Start, int Length)[] Spans(int length)
    {
        var spans = new (int Start, int Length)[Math.Min(TilesPerSide, (length + Side - 1) / Side)];
        for (var i = 0; i < spans.Length; i++)
        {
            spans[i] = length <= TilesPerSide * Side
                ? (i * Side, Math.Min(Side, length - (i * Side)))
                : ((int)((long)i * (length - Side) / (spans.Length - 1)), Side);
        }

        return spans;
    }

    private static void Hide(float[] alpha, int channels, float[] colours)
    {
        for (var x = 0; x < alpha.Length; x++)
        {
            if (alpha[x] == 0)
            {
                colours.AsSpan(x * channels, channels).Fill(float.NaN);
            }
        }
    }

    private void Take(int y, float[] colours, float[] planes)
    {
        var part = colours.AsSpan(Left * Channels, Width * Channels);
        part.CopyTo(_colours.AsSpan(y * Width * Channels));
        Planes.Split(part, Channels, Width, planes);
        planes.AsSpan(0, Width).CopyTo(_luma.AsSpan(y * Width));
    }
}
