using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>The steps of a network in topological order, over numbered feature maps.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="MapCount">The number of feature maps.</param>
/// <param name="Input">The map that holds the picture.</param>
/// <param name="Output">The map that holds the result.</param>
/// <param name="InputChannels">Channels of the picture.</param>
internal sealed record CompiledGraph(
    IReadOnlyList<Step> Steps, int MapCount, int Input, int Output, int InputChannels)
{
    // So many pixels from the border of a very large picture, no network sees the border. A multiple of all strides.
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

    /// <summary>The first row of each map on which the wanted output rows depend.</summary>
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

    /// <summary>The largest <see cref="Step.Block"/>, a multiple of all others.</summary>
    public int Block => Steps.Select(step => step.Block).DefaultIfEmpty(1).Max();

    /// <summary>
    /// The part of the input on which a part of the output depends, in a picture without borders; null for all of it.
    /// </summary>
    /// <param name="axis">Rows or columns.</param>
    /// <param name="output">Rows or columns of the output; may lie outside of the picture.</param>
    /// <param name="scale">Output pixels for an input pixel along an axis.</param>
    /// <param name="inBlocks">Include what the other samples of the same blocks depend on.</param>
    public Extent? InputFor(Axis axis, Extent output, int scale, bool inBlocks)
    {
        var shapes = _shapesOfPlane ??= Infer(new MapShape(InputChannels, 2 * FarAway, 2 * FarAway));
        var wanted = new Extent(output.Start + (FarAway * scale), output.End + (FarAway * scale));
        var read = Dependencies(shapes, axis, wanted, inBlocks)[Input] ?? new Extent(FarAway, FarAway);
        return read.Length > FarAway ? null : new Extent(read.Start - FarAway, read.End - FarAway);
    }

    /// <summary>
    /// The pixel stride of each map in floats. Channels that convolutions write are padded to whole vectors. Others
    /// with few channels are not padded, which saves memory where the picture is large and has three channels.
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

    // The part of each map on which a part of the output depends; null where it does not depend on the map.
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
