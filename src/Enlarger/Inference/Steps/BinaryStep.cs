using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>Applies a function to each sample; low and high are the limits of Clip.</summary>
internal sealed unsafe class UnaryStep(int input, int output, UnaryOperation operation, float low = 0, float high = 0)
    : Step([input], output)
{
    public UnaryOperation Operation => operation;

    public override int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => 0;

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) => inputs[0];

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var kernels = maps.Kernels;
        var length = columns.Length * maps.Output.PixelStride;
        for (var y = rows.Start; y < rows.End; y++)
        {
            var from = maps.Input(0).Pixel(y, columns.Start);
            var to = maps.Output.Pixel(y, columns.Start);
            switch (operation)
            {
                case UnaryOperation.Sigmoid: kernels.Sigmoid(from, to, length); break;
                case UnaryOperation.Tanh: kernels.Tanh(from, to, length); break;
                case UnaryOperation.Clip: kernels.Clip(from, low, high, to, length); break;
                default: throw new InvalidOperationException($"No function {operation}.");
            }
        }
    }

    public override string Describe() => $"{operation} {low} {high}";
}

/// <summary>Combines each sample with a constant: one for all, or one for each channel.</summary>
/// <param name="input">The map that is read.</param>
/// <param name="output">The map that is written.</param>
/// <param name="operation">What is done.</param>
/// <param name="constant">One number, or one for each channel.</param>
/// <param name="constantFirst">The constant is the left operand.</param>
internal sealed unsafe class ConstantStep(
    int input, int output, BinaryOperation operation, float[] constant, bool constantFirst)
    : Step([input], output)
{
    /// <summary>The number that is subtracted from each sample; null if this step does something else.</summary>
    public float? Subtrahend =>
        operation == BinaryOperation.Subtract && constant.Length == 1 && !constantFirst ? constant[0] : null;

    public override int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => 0;

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        constant.Length == 1 || constant.Length == inputs[0].Channels
            ? inputs[0]
            : throw new ModelException(
                $"{operation} with {constant.Length} numbers is given {inputs[0].Channels} channels.");

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var from = maps.Input(0);
        var to = maps.Output;
        var x = columns.Start;
        var length = columns.Length * to.PixelStride;
        if (constant.Length == 1 && !constantFirst)
        {
            for (var y = rows.Start; y < rows.End; y++)
            {
                maps.Kernels.Combine(operation, from.Pixel(y, x), constant[0], to.Pixel(y, x), length);
            }

            return;
        }

        var pattern = stackalloc float[ChannelPattern.Length(from)];
        fixed (float* numbers = constant)
        {
            var width = ChannelPattern.Fill(pattern, from, numbers, constant.Length);
            for (var y = rows.Start; y < rows.End; y++)
            {
                var source = from.Pixel(y, x);
                var target = to.Pixel(y, x);
                ChannelPattern.Combine(maps.Kernels, operation, source, pattern, width, target, length, constantFirst);
            }
        }
    }

    public override string Describe() => $"{operation} constant {constant.Length} {constantFirst}";
}

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

/// <summary>
/// Parameter-free attention: (gate + other) (sigmoid(gate) - shift), sample by sample (Wan and others, "Swift
/// parameter-free attention network for efficient super-resolution", 2024). Pixels of both maps are contiguous.
/// </summary>
internal sealed unsafe class GateStep(int gate, int other, int output, float shift) : Step([gate, other], output)
{
    public override int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => 0;

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        inputs[0] == inputs[1]
            ? inputs[0]
            : throw new ModelException($"{nameof(BinaryOperation.Add)} is given maps of {inputs[0]} and {inputs[1]}.");

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var (x, length) = (columns.Start, columns.Length * maps.Output.PixelStride);
        for (var y = rows.Start; y < rows.End; y++)
        {
            maps.Kernels.Gate(
                maps.Input(0).Pixel(y, x), maps.Input(1).Pixel(y, x), shift, maps.Output.Pixel(y, x), length);
        }
    }

    public override string Describe() => $"Gate {shift}";
}

/// <summary>
/// A number for each channel, repeated over some pixels, so that one kernel call combines it with many pixels.
/// </summary>
internal static unsafe class ChannelPattern
{
    // 4 KiB of stack, unless a single pixel is longer.
    private const int FloatsMax = 1024;

    /// <summary>Floats that <see cref="Fill"/> needs.</summary>
    public static int Length(FeatureMap map) => Math.Max(1, FloatsMax / map.PixelStride) * map.PixelStride;

    /// <summary>Writes the pattern for the layout of <paramref name="map"/>; returns its length.</summary>
    public static int Fill(float* pattern, FeatureMap map, float* numbers, int count)
    {
        var length = Length(map);
        for (var i = 0; i < length; i++)
        {
            var channel = i % map.PixelStride;

            // Lanes beyond the channels are computed but never read; 1 avoids a division by zero.
            pattern[i] = count == 1 ? numbers[0] : channel < count ? numbers[channel] : 1;
        }

        return length;
    }

    /// <summary>Combines a part of a row with the pattern.</summary>
    public static void Combine(
        KernelSet kernels,
        BinaryOperation operation,
        float* source,
        float* pattern,
        int patternLength,
        float* target,
        int length,
        bool patternFirst)
    {
        for (var i = 0; i < length; i += patternLength)
        {
            var part = Math.Min(patternLength, length - i);
            if (patternFirst)
            {
                kernels.Combine(operation, pattern, source + i, target + i, part);
            }
            else
            {
                kernels.Combine(operation, source + i, pattern, target + i, part);
            }
        }
    }
}
