using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>The maps of a step in one run, and the kernels and scratch memory of the calling thread.</summary>
internal readonly ref struct StepMaps(
    ReadOnlySpan<FeatureMap> maps, Step step, KernelSet kernels, Workspace workspace)
{
    private readonly ReadOnlySpan<FeatureMap> _maps = maps;

    public KernelSet Kernels { get; } = kernels;

    public Workspace Workspace { get; } = workspace;

    public FeatureMap Output => _maps[step.Output];

    public FeatureMap Input(int index) => _maps[step.Inputs[index]];

    public int InputCount => step.Inputs.Length;
}
