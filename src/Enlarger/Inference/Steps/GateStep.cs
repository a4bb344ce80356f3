using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

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
