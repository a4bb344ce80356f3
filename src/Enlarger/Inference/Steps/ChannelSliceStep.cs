namespace Enlarger.Inference.Steps;

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
