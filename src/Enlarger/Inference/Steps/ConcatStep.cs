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
