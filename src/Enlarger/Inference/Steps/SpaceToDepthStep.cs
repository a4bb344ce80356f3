namespace Enlarger.Inference.Steps;

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
