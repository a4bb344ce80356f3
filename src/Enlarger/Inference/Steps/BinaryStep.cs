using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>
/// Combines two maps sample by sample. One of them may be a single pixel (a number for each channel, as in
/// squeeze-and-excitation) or have a single channel, and is then broadcast.
/// </summary>
internal sealed unsafe class BinaryStep(int left, int right, int output, BinaryOperation operation)
    : Step([left, right], output)
{
    public BinaryOperation Operation => operation;

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs)
    {
        var large = inputs[LargeOf(inputs)];
        var small = inputs[1 - LargeOf(inputs)];
        var fits = small == large
            || (IsPixel(small) && (small.Channels == large.Channels || small.Channels == 1))
            || small == large with { Channels = 1 };
        return fits ? large : throw new ModelException($"{operation} is given maps of {large} and {small}.");
    }

    public override int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => LargeOf(inputs);

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength) =>
        inputLength == 1 ? new Extent(0, 1) : output.Clip(inputLength);

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var (a, b, to) = (maps.Input(0), maps.Input(1), maps.Output);
        var kernels = maps.Kernels;
        var length = columns.Length * to.PixelStride;
        if (a.Shape == b.Shape)
        {
            for (var y = rows.Start; y < rows.End; y++)
            {
                var first = InLayoutOf(to, a, y, columns);
                var second = InLayoutOf(to, b, y, columns);
                kernels.Combine(operation, first, second, to.Pixel(y, columns.Start), length);
            }

            return;
        }

        var pixelFirst = a.Shape != to.Shape;
        var pixel = pixelFirst ? a : b;
        var map = pixelFirst ? b : a;
        if (IsPixel(pixel.Shape) && map.Shape == to.Shape)
        {
            var pattern = stackalloc float[ChannelPattern.Length(map)];
            var width = ChannelPattern.Fill(pattern, map, pixel.Row(0), pixel.Shape.Channels);
            for (var y = rows.Start; y < rows.End; y++)
            {
                var source = map.Pixel(y, columns.Start);
                var target = to.Pixel(y, columns.Start);
                ChannelPattern.Combine(kernels, operation, source, pattern, width, target, length, pixelFirst);
            }

            return;
        }

        for (var y = rows.Start; y < rows.End; y++)
        {
            CombineSamples(a, b, to, y, columns);
        }
    }

    public override string Describe() => $"{operation}";

    // The operand whose shape the result has: the one with more pixels or, if equal, more channels.
    private static int LargeOf(ReadOnlySpan<MapShape> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        return IsPixel(a) != IsPixel(b) ? (IsPixel(a) ? 1 : 0) : (a.Channels < b.Channels ? 1 : 0);
    }

    // The output has the pixel stride of the left operand. A right operand of another stride is first copied into the
    // output row.
    private static float* InLayoutOf(FeatureMap to, FeatureMap map, int y, Extent columns)
    {
        if (map.PixelStride == to.PixelStride)
        {
            return map.Pixel(y, columns.Start);
        }

        Channels.Copy(map, 0, to, 0, to.Shape.Channels, new Extent(y, y + 1), columns);
        return to.Pixel(y, columns.Start);
    }

    private static bool IsPixel(MapShape shape) => shape is { Height: 1, Width: 1 };

    // The slow path for maps of different layouts; a side of length 1 is broadcast.
    private void CombineSamples(FeatureMap a, FeatureMap b, FeatureMap to, int y, Extent columns)
    {
        var first = Walk(a, y, out var firstPixel, out var firstChannel);
        var second = Walk(b, y, out var secondPixel, out var secondChannel);
        var target = to.Row(y);
        for (var x = columns.Start; x < columns.End; x++)
        {
            for (var c = 0; c < to.Shape.Channels; c++)
            {
                var l = first[(x * firstPixel) + (c * firstChannel)];
                var r = second[(x * secondPixel) + (c * secondChannel)];
                target[(x * to.PixelStride) + c] = operation switch
                {
                    BinaryOperation.Add => l + r,
                    BinaryOperation.Subtract => l - r,
                    BinaryOperation.Multiply => l * r,
                    BinaryOperation.Divide => l / r,
                    BinaryOperation.Rectify => l < 0 ? l * r : l,
                };
            }
        }
    }

    private static float* Walk(FeatureMap map, int y, out int pixelStep, out int channelStep)
    {
        pixelStep = map.Shape.Width == 1 ? 0 : map.PixelStride;
        channelStep = map.Shape.Channels == 1 ? 0 : 1;
        return map.Row(map.Shape.Height == 1 ? 0 : y);
    }
}
