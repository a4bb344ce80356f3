using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

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
