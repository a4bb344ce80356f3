namespace Enlarger.Inference.Steps;

/// <summary>Concatenates the channels of several maps.</summary>
internal sealed unsafe class ConcatStep(int[] inputs, int output) : Step(inputs, output)
{
    public override MapShape Infer(ReadOnlySpan<MapShape> inputs)
    {
        var channels = 0;
        foreach (var shape in inputs)
        {
            if (shape with { Channels = 0 } != inputs[0] with { Channels = 0 })
            {
                throw new ModelException($"Concat is given maps of {inputs[0]} and {shape}.");
            }

            channels += shape.Channels;
        }

        return inputs[0] with { Channels = channels };
    }

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var first = 0;
        for (var i = 0; i < maps.InputCount; i++)
        {
            var from = maps.Input(i);
            Channels.Copy(from, 0, maps.Output, first, from.Shape.Channels, rows, columns);
            first += from.Shape.Channels;
        }
    }

    public override string Describe() => $"Concat {Inputs.Length}";
}

/// <summary>Selects consecutive channels of a map.</summary>
internal sealed class ChannelSliceStep(int input, int output, int first, int count) : Step([input], output)
{
    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        first + count <= inputs[0].Channels
            ? inputs[0] with { Channels = count }
            : throw new ModelException($"Channels {first} to {first + count - 1} of {inputs[0].Channels} are wanted.");

    public override void Run(StepMaps maps, Extent rows, Extent columns) =>
        Channels.Copy(maps.Input(0), first, maps.Output, 0, count, rows, columns);

    public override string Describe() => $"Channels {first} {count}";
}

/// <summary>The reverse of <see cref="DepthToSpaceStep"/>: blocks of pixels become channels.</summary>
/// <param name="input">The map that is read.</param>
/// <param name="output">The map that is written.</param>
/// <param name="block">The factor by which the map gets narrower and lower.</param>
/// <param name="blockFirst">
/// The position in the block is the major part of the channel number, as in ONNX; else the minor part.
/// </param>
internal sealed unsafe class SpaceToDepthStep(int input, int output, int block, bool blockFirst)
    : Step([input], output)
{
    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        new(inputs[0].Channels * block * block, inputs[0].Height / block, inputs[0].Width / block);

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength) =>
        new Extent(output.Start * block, output.End * block).Clip(inputLength);

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var (from, to) = (maps.Input(0), maps.Output);
        var channels = from.Shape.Channels;
        for (var y = rows.Start; y < rows.End; y++)
        {
            for (var place = 0; place < block * block; place++)
            {
                var source = from.Pixel((y * block) + (place / block), (columns.Start * block) + (place % block));
                var target = to.Pixel(y, columns.Start) + (blockFirst ? place * channels : place);
                var step = blockFirst ? 1 : block * block;
                for (var x = columns.Start; x < columns.End; x++)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        target[c * step] = source[c];
                    }

                    source += block * from.PixelStride;
                    target += to.PixelStride;
                }
            }
        }
    }

    public override string Describe() => $"SpaceToDepth {block} {blockFirst}";
}

/// <summary>Copies channels between maps of different pixel strides.</summary>
internal static unsafe class Channels
{
    public static void Copy(
        FeatureMap from, int fromFirst, FeatureMap to, int toFirst, int count, Extent rows, Extent columns)
    {
        for (var y = rows.Start; y < rows.End; y++)
        {
            var source = from.Pixel(y, columns.Start) + fromFirst;
            var target = to.Pixel(y, columns.Start) + toFirst;
            for (var x = columns.Start; x < columns.End; x++, source += from.PixelStride, target += to.PixelStride)
            {
                new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
            }
        }
    }
}
