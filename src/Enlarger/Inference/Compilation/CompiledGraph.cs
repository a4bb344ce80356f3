using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>The steps of a network in the order to run them, over feature maps that have numbers.</summary>
/// <param name="Steps">What is done.</param>
/// <param name="MapCount">How many feature maps there are.</param>
/// <param name="Input">The map that holds the picture.</param>
/// <param name="Output">The map that holds the result.</param>
/// <param name="InputChannels">Channels of the picture.</param>
internal sealed record CompiledGraph(
    IReadOnlyList<Step> Steps, int MapCount, int Input, int Output, int InputChannels)
{
    // So far from the border of a very large picture nothing is seen of it. All strides divide it.
    private const int FarAway = 1 << 20;

    private MapShape[]? _shapesOfPlane;

    /// <summary>The shapes of all maps for one input.</summary>
    public MapShape[] Infer(MapShape input)
    {
        var shapes = new MapShape[MapCount];
        shapes[Input] = input;
        foreach (var step in Steps)
        {
            shapes[step.Output] = step.Infer(Array.ConvertAll(step.Inputs, map => shapes[map]));
        }

        return shapes;
    }

    /// <summary>The first row of each map that any of the wanted output rows depends on.</summary>
    public int[] FirstRows(MapShape[] shapes, Extent wanted)
    {
        var extents = Dependencies(shapes, Axis.Rows, wanted, inBlocks: true);
        var first = Array.ConvertAll(extents, extent => extent?.Start ?? 0);
        foreach (var step in Steps)
        {
            first[step.Output] = first[step.Output] / step.Block * step.Block;
        }

        return first;
    }

    /// <summary>Rows and columns of the input at whose multiples every map begins a new block.</summary>
    public int Block => Steps.Select(step => step.Block).DefaultIfEmpty(1).Max();

    /// <summary>
    /// The part of the input that a part of the output depends on, on a plane without borders; null where it is all.
    /// </summary>
    /// <param name="axis">Rows or columns.</param>
    /// <param name="output">Rows or columns of the output; may lie outside of the picture.</param>
    /// <param name="scale">Output pixels for an input pixel, as a whole number.</param>
    /// <param name="inBlocks">With all that the blocks look at in which the part is computed.</param>
    public Extent? InputFor(Axis axis, Extent output, int scale, bool inBlocks)
    {
        var shapes = _shapesOfPlane ??= Infer(new MapShape(InputChannels, 2 * FarAway, 2 * FarAway));
        var wanted = new Extent(output.Start + (FarAway * scale), output.End + (FarAway * scale));
        var read = Dependencies(shapes, axis, wanted, inBlocks)[Input] ?? new Extent(FarAway, FarAway);
        return read.Length > FarAway ? null : new Extent(read.Start - FarAway, read.End - FarAway);
    }

    /// <summary>
    /// Floats from a pixel to the next, for each map. Convolutions write whole vectors; the others keep small pixels
    /// tight, which matters where the picture is large and has three channels.
    /// </summary>
    public int[] PixelStrides(MapShape[] shapes, int vectorLength)
    {
        var strides = new int[MapCount];
        strides[Input] = InputChannels;
        foreach (var step in Steps)
        {
            var channels = shapes[step.Output].Channels;
            var isVector = step.WritesVectors || channels >= vectorLength;
            var layout = step.LayoutFrom(Array.ConvertAll(step.Inputs, map => shapes[map]));
            strides[step.Output] = layout is { } input ? strides[step.Inputs[input]]
                : isVector ? (channels + vectorLength - 1) / vectorLength * vectorLength
                : channels;
        }

        return strides;
    }

    // What each map must hold for a part of the output; null for a map that it does not depend on.
    private Extent?[] Dependencies(MapShape[] shapes, Axis axis, Extent wanted, bool inBlocks)
    {
        var extents = new Extent?[MapCount];
        extents[Output] = wanted;
        for (var s = Steps.Count - 1; s >= 0; s--)
        {
            var step = Steps[s];
            for (var i = 0; extents[step.Output] is { Length: > 0 } part && i < step.Inputs.Length; i++)
            {
                var map = step.Inputs[i];
                var length = shapes[map].Length(axis);
                var read = inBlocks ? step.ReadsInBlocks(axis, i, part, length) : step.Reads(axis, i, part, length);
                extents[map] = extents[map] is { } known
                    ? new Extent(Math.Min(known.Start, read.Start), Math.Max(known.End, read.End))
                    : read;
            }
        }

        return extents;
    }
}
