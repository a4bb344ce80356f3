using Enlarger.Imaging;

namespace Enlarger.Enhancing;

/// <summary>
/// Enhances one picture while it is enlarged: <see cref="Prepare"/> filters before the network, <see cref="Finish"/>
/// after it. Both pull rows and keep a window of rows whose size does not depend on the picture's height.
/// </summary>
/// <param name="image">The picture.</param>
/// <param name="size">The size of the result.</param>
/// <param name="enhancement">The parameters of all filters.</param>
/// <param name="restored">0 to 1: the strength with which the picture has been restored before.</param>
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

    /// <summary>The rows of the picture as input of the network.</summary>
    public FloatRowSource Prepare(FloatRowSource picture) =>
        new PreparedRows(
            new PixelSize(image.Width, image.Height), _channels, _noise, enhancement.Preparation, picture).ReadRow;

    /// <summary>
    /// A row of the picture with the tone, palette and colour of the look, but without its lines and textures, with
    /// <see cref="ColourChannels"/>. The fidelity check compares the result with it.
    /// </summary>
    public void Style(int y, ReadOnlySpan<float> picture, Span<float> expected)
    {
        Array.Clear(_styled);
        Planes.Split(picture, _channels, image.Width, _styled);
        _plainGrading.Apply(y, _styled, _noLines, _noLines);
        Planes.Merge(_styled, ColourChannels, image.Width, expected);
    }

    /// <summary>
    /// Turns rows with the channels of the picture into rows of the result, with <see cref="ColourChannels"/>.
    /// </summary>
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
