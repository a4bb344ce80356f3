using Enlarger.Imaging;
using Enlarger.Inference.Compilation;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference;

/// <summary>
/// How the output of a network lies over its input, found by trying sizes; the same for rows and columns.
/// </summary>
/// <param name="Scale">Output pixels for an input pixel, 1 or more.</param>
/// <param name="Alignment">The input's sides must be multiples of this, and so must the place of a tile.</param>
/// <param name="Margin">
/// Pixels that the picture is extended by on each side, because convolutions without padding eat them.
/// </param>
/// <param name="Offset">Where the first pixel of the picture begins in the output for the extended picture.</param>
/// <param name="ReceptiveField">
/// How many pixels away, up, down, left or right, an input pixel may be and still change an output pixel; null where
/// the network looks at the whole picture.
/// </param>
internal sealed record NetworkGeometry(int Scale, int Alignment, int Margin, int Offset, int? ReceptiveField)
{
    private const int ScaleMax = 16;

    // Narrower pictures are nearly all border to networks that pad with zeros: one pixel came out six levels darker.
    private const int BorderlessSide = 16;

    /// <summary>For a picture of some size: a tiny one is extended all the same, by its outermost pixels.</summary>
    public NetworkGeometry For(PixelSize size) =>
        ReceptiveField is null || Math.Min(size.Width, size.Height) >= BorderlessSide
            ? this
            : this with { Margin = Margin + BorderlessSide, Offset = Offset + (BorderlessSide * Scale) };

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
        return new NetworkGeometry(
            grown, alignment, margin, (margin * grown) - half, FindReceptiveField(graph, grown, half));
    }

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
