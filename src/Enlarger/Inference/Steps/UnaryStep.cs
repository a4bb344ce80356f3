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
