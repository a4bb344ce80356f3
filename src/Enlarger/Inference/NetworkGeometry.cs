using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>
/// How output pixels of a network map to input pixels, found by inferring shapes; the same for rows and columns.
/// </summary>
/// <param name="Scale">Output pixels for an input pixel, 1 or more.</param>
/// <param name="Alignment">The input's sides and the positions of tiles must be multiples of this.</param>
/// <param name="Margin">
/// Mirrored pixels beyond each side of the picture: those that convolutions without padding remove, and
/// <see cref="MirroredPixels"/> where convolutions pad.
/// </param>
/// <param name="Offset">
/// The row and column in the output for the extended picture where the first pixel of the picture begins.
/// </param>
/// <param name="ReceptiveField">
/// The farthest distance in pixels, along either axis, at which an input pixel can change an output pixel; null where
/// it is the whole picture.
/// </param>
internal sealed record NetworkGeometry(int Scale, int Alignment, int Margin, int Offset, int? ReceptiveField)
{
    private const int ScaleMax = 16;

    // Beyond these each layer repeats its outermost pixels. At the border of photographs, four mirrored pixels are as
    // good as the whole receptive field, and they add at most a fourth to the work for 64x64 pixels:
    // docs/decisions/0010.
    private const int MirroredPixels = 4;

    /// <exception cref="ModelException">The network does not enlarge pictures.</exception>
    public static NetworkGeometry Of(CompiledGraph graph)
    {
        var alignment = FindAlignment(graph);
        var (small, large) = (64 * alignment, 128 * alignment);
        var first = Output(graph, small);
        var second = Output(graph, large);
        var (grown, rest) = Math.DivRem(second.Height - first.Height, large - small);
        var lost = first.Height - (grown * small);
        if (rest != 0 || grown is < 1 or > ScaleMax || first.Width != first.Height || second.Width != second.Height
            || lost > 0)
        {
            throw new ModelException("The network does not enlarge pictures by a whole number from 1 to 16.");
        }

        var half = (1 - lost) / 2;
        var margin = (half + grown - 1) / grown;
        var field = FindReceptiveField(graph, grown, half);
        margin += Mirrored(alignment, margin, field);
        return new NetworkGeometry(grown, alignment, margin, (margin * grown) - half, field);
    }

    // How many pixels are mirrored beyond those that convolutions need. None for a network whose receptive field is the
    // whole picture, and none for one with a large alignment, which would take up to four times as long on a small
    // picture.
    private static int Mirrored(int alignment, int margin, int? field) =>
        field is { } pixels && alignment <= 2 * MirroredPixels ? Math.Clamp(pixels - margin, 0, MirroredPixels) : 0;

    private static MapShape Output(CompiledGraph graph, int side) =>
        graph.Infer(new MapShape(graph.InputChannels, side, side))[graph.Output];

    // A map that is n times smaller than the picture needs a picture whose sides are multiples of n.
    private static int FindAlignment(CompiledGraph graph)
    {
        const int Side = 1 << 15;
        var alignment = 1;
        foreach (var map in graph.Infer(new MapShape(graph.InputChannels, Side, Side)))
        {
            // A map of one row is a mean, or is not used by any step.
            var ratio = map.Height <= 1 ? 1 : Math.Max(1, (int)Math.Round((double)Side / map.Height));
            alignment = alignment / Gcd(alignment, ratio) * ratio;
        }

        return alignment <= 256
            ? alignment
            : throw new ModelException($"The network reduces pictures {alignment} times, which is too much.");
    }

    private static int? FindReceptiveField(CompiledGraph graph, int scale, int half)
    {
        var farthest = 0;
        foreach (var axis in (Axis[])[Axis.Rows, Axis.Columns])
        {
            // The distance differs by the phase of a pixel in a network with strides; the farthest counts.
            for (var pixel = 0; pixel < 16; pixel++)
            {
                var output = new Extent((pixel * scale) - half, ((pixel + 1) * scale) - half);
                if (graph.InputFor(axis, output, scale, inBlocks: false) is not { } read)
                {
                    return null;
                }

                farthest = Math.Max(farthest, Math.Max(pixel - read.Start, read.End - 1 - pixel));
            }
        }

        return farthest;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
