using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>
/// How the output of a network lies over its input, found by trying sizes; the same for rows and columns.
/// </summary>
/// <param name="Scale">Output pixels for an input pixel, 1 or more.</param>
/// <param name="Alignment">The input's sides must be multiples of this, and so must the place of a tile.</param>
/// <param name="Margin">
/// Pixels that the picture is mirrored by beyond each side: those that convolutions without padding take away, and
/// <see cref="MirroredPixels"/> where others pad.
/// </param>
/// <param name="Offset">Where the first pixel of the picture begins in the output for the extended picture.</param>
/// <param name="ReceptiveField">
/// How many pixels away, up, down, left or right, an input pixel may be and still change an output pixel; null where
/// the network looks at the whole picture.
/// </param>
internal sealed record NetworkGeometry(int Scale, int Alignment, int Margin, int Offset, int? ReceptiveField)
{
    private const int ScaleMax = 16;

    // Beyond them each layer repeats its outermost pixels. At the border of photographs four are as good as the whole
    // receptive field, and a picture of 64x64 costs at most a fourth more, not twice as much: docs/decisions/0010.
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

    // How much further than its convolutions need the picture is mirrored. One that looks at the whole picture sees it
    // as it is, and one that reduces it many times would cost up to four times as much on a small picture.
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
            // A map of one row is a mean, or was left out by the compiler.
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
            // Phases of a strided network differ; the farthest reach of them counts.
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
