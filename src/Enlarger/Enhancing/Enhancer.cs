using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>
/// Enhances one picture while it is enlarged: <see cref="Prepare"/> stands before the network and <see cref="Finish"/>
/// behind it. Both pull rows, and keep a window of them that does not grow with the picture's height.
/// </summary>
/// <param name="image">The picture.</param>
/// <param name="size">The size of the result.</param>
/// <param name="enhancement">What is asked for.</param>
/// <param name="restored">0 to 1: how much of the picture's noise has been taken away before.</param>
internal sealed class Enhancer(PixelImage image, PixelSize size, Enhancement enhancement, double restored)
{
    private readonly int _channels = image.Layout.ColourChannels;
    private readonly double _noise = NoiseEstimate.Of(image) * (1 - restored);
    private readonly Grading _plainGrading = new(
        new PixelSize(image.Width, image.Height),
        enhancement.ColourChannels(image.Layout.ColourChannels),
        enhancement.Look.WithoutTextures());
    private readonly float[] _styled = new float[
        enhancement.ColourChannels(image.Layout.ColourChannels) * Planes.Stride(image.Width)];
    private readonly float[] _noLines = new float[Planes.Stride(image.Width)];

    /// <summary>Colour channels of the result.</summary>
    public int ColourChannels { get; } = enhancement.ColourChannels(image.Layout.ColourChannels);

    /// <summary>The picture as the network gets it.</summary>
    public FloatRowSource Prepare(FloatRowSource picture) =>
        new PreparedRows(
            new PixelSize(image.Width, image.Height), _channels, _noise, enhancement.Preparation, picture).ReadRow;

    /// <summary>
    /// What is to be expected of a row of the picture, with <see cref="ColourChannels"/>: tone, palette and colour of
    /// the look, which decide how bright each part of the result is, without lines and textures that are drawn over.
    /// </summary>
    public void Style(int y, ReadOnlySpan<float> picture, Span<float> expected)
    {
        Array.Clear(_styled);
        Planes.Split(picture, _channels, image.Width, _styled);
        _plainGrading.Apply(y, _styled, _noLines, _noLines);
        Planes.Merge(_styled, ColourChannels, image.Width, expected);
    }

    /// <summary>The result, with <see cref="ColourChannels"/>, of rows that have the channels of the picture.</summary>
    public FloatRowSource Finish(FloatRowSource enlarged)
    {
        if (enhancement.Creativity == 0)
        {
            return enlarged;
        }

        var scale = Math.Sqrt((double)size.Width / image.Width * size.Height / image.Height);
        var detailed = new DetailedRows(size, scale, _channels, enhancement.DetailWith(_noise), enlarged);
        var grading = new Grading(size, ColourChannels, enhancement.Look);
        var stride = Planes.Stride(size.Width);
        var (planes, lines, deviations) = (new float[ColourChannels * stride], new float[stride], new float[stride]);
        return (y, row) =>
        {
            detailed.ReadRow(y, planes, lines, deviations);
            grading.Apply(y, planes, lines, deviations);
            Planes.Merge(planes, ColourChannels, size.Width, row);
        };
    }
}
