namespace Enlarger.Inference.Steps;

/// <summary>The mean over all rows and columns: a map of one pixel (GlobalAveragePool, ReduceMean).</summary>
internal sealed unsafe class GlobalMeanStep(int input, int output) : Step([input], output)
{
    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) => new(inputs[0].Channels, 1, 1);

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength) => new(0, inputLength);

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var from = maps.Input(0);
        var sums = new double[from.Shape.Channels];
        for (var y = 0; y < from.Shape.Height; y++)
        {
            var pixel = from.Row(y);
            for (var x = 0; x < from.Shape.Width; x++, pixel += from.PixelStride)
            {
                for (var c = 0; c < sums.Length; c++)
                {
                    sums[c] += pixel[c];
                }
            }
        }

        var target = maps.Output.Row(0);
        for (var c = 0; c < sums.Length; c++)
        {
            target[c] = (float)(sums[c] / from.Shape.Height / from.Shape.Width);
        }
    }

    public override string Describe() => "GlobalMean";
}
