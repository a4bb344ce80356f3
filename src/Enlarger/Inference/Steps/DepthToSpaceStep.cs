using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>
/// Rearranges channels into blocks of <paramref name="block"/> x <paramref name="block"/> pixels (pixel shuffle).
/// </summary>
/// <param name="input">The map that is read.</param>
/// <param name="output">The map that is written.</param>
/// <param name="block">The factor by which the map gets wider and higher.</param>
/// <param name="blockFirst">
/// ONNX mode DCR: the position in the block is the major part of the channel number; else CRD.
/// </param>
/// <param name="enlarged">A map that is added, enlarged by nearest neighbour; null for none.</param>
internal sealed unsafe class DepthToSpaceStep(
    int input, int output, int block, bool blockFirst, int? enlarged = null)
    : Step(enlarged is { } map ? [input, map] : [input], output)
{
    public int Times => block;

    public bool BlockFirst => blockFirst;

    /// <summary>The map that is added, enlarged by nearest neighbour.</summary>
    public int? Enlarged => enlarged;

    /// <summary>The same of a map whose channels are in the order of ONNX mode DCR.</summary>
    public DepthToSpaceStep WithBlockFirst() => new(input, Output, block, blockFirst: true, enlarged);

    /// <summary>The same, plus another map enlarged by nearest neighbour.</summary>
    public DepthToSpaceStep Plus(int other, int sum) => new(input, sum, block, blockFirst, other);

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs)
    {
        var (from, channels) = (inputs[0], inputs[0].Channels / (block * block));
        if (from.Channels % (block * block) != 0)
        {
            throw new ModelException($"DepthToSpace by {block} is given {from.Channels} channels.");
        }

        if (enlarged is not null && inputs[1] != new MapShape(channels, from.Height, from.Width))
        {
            throw new ModelException($"A sum is given maps of {from} and, enlarged, {inputs[1]}.");
        }

        return new(channels, from.Height * block, from.Width * block);
    }

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength) =>
        new Extent(Floor.Divide(output.Start, block), Floor.Divide(output.End - 1, block) + 1).Clip(inputLength);

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var to = maps.Output;
        var isTight = blockFirst && to.PixelStride == to.Shape.Channels && block > 1;
        for (var y = rows.Start; y < rows.End; y++)
        {
            if (!isTight)
            {
                MovePixels(maps, y, columns);
                continue;
            }

            // Whole blocks are moved at once; a column chunk may begin and end with a part of one.
            var first = Math.Min(columns.End, (columns.Start + block - 1) / block * block);
            var last = Math.Max(first, columns.End / block * block);
            MovePixels(maps, y, new Extent(columns.Start, first));
            MoveBlocks(maps, y, new Extent(first / block, last / block));
            MovePixels(maps, y, new Extent(last, columns.End));
        }
    }

    public override string Describe() => $"DepthToSpace {block} {blockFirst} {enlarged}";

    private void MoveBlocks(StepMaps maps, int y, Extent blocks)
    {
        var (from, to) = (maps.Input(0), maps.Output);
        var length = block * to.Shape.Channels;
        var source = from.Pixel(y / block, blocks.Start) + (y % block * length);
        var target = to.Pixel(y, blocks.Start * block);
        if (enlarged is null)
        {
            ShuffleKernel.Copy(source, from.PixelStride, target, length, blocks.Length);
        }
        else
        {
            var added = maps.Input(1);
            ShuffleKernel.CopyPlus(
                source,
                from.PixelStride,
                added.Pixel(y / block, blocks.Start),
                added.PixelStride,
                target,
                length,
                blocks.Length);
        }
    }

    private void MovePixels(StepMaps maps, int y, Extent columns)
    {
        var (from, to) = (maps.Input(0), maps.Output);
        var channels = to.Shape.Channels;
        var step = blockFirst ? 1 : block * block;
        for (var x = columns.Start; x < columns.End; x++)
        {
            var (column, inBlock) = Math.DivRem(x, block);
            var place = (y % block * block) + inBlock;
            var source = from.Pixel(y / block, column) + (blockFirst ? place * channels : place);
            var target = to.Pixel(y, x);
            for (var c = 0; c < channels; c++)
            {
                target[c] = source[c * step];
            }

            if (enlarged is not null)
            {
                var added = maps.Input(1).Pixel(y / block, column);
                for (var c = 0; c < channels; c++)
                {
                    target[c] += added[c];
                }
            }
        }
    }
}
