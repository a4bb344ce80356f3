using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>
/// One operation of a compiled network: it reads feature maps and writes one, any rows of it, in order. A step holds
/// weights and geometry, no pixels, and is shared by all threads.
/// </summary>
internal abstract class Step(int[] inputs, int output)
{
    /// <summary>The maps that are read.</summary>
    public int[] Inputs { get; } = inputs;

    /// <summary>The map that is written.</summary>
    public int Output { get; } = output;

    /// <summary>Multiplications for an output pixel, counted as a direct convolution does them.</summary>
    public virtual double MultipliesPerPixel => 0;

    /// <summary>
    /// The input whose layout in memory the output takes over, so that rows can be treated as plain floats; or null.
    /// </summary>
    public virtual int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => null;

    /// <summary>Pixels are written in whole vectors of channels, and must have room for them.</summary>
    public virtual bool WritesVectors => false;

    /// <summary>The size of the output.</summary>
    /// <exception cref="ModelException">The inputs do not fit together.</exception>
    public abstract MapShape Infer(ReadOnlySpan<MapShape> inputs);

    /// <summary>
    /// The part of an input, which is <paramref name="inputLength"/> long, that the part <paramref name="output"/> of
    /// the result depends on.
    /// </summary>
    public virtual Extent Reads(Axis axis, int input, Extent output, int inputLength) => output.Clip(inputLength);

    /// <summary>
    /// The output is computed in squares of so many rows and columns, counted from its corner. The last bits of a
    /// sample depend on all that its square reads, so that a square must lie at the same place however a picture is
    /// cut.
    /// </summary>
    public virtual int Block => 1;

    /// <summary>What <see cref="Reads"/> says, for all squares that a part of the result touches.</summary>
    public Extent ReadsInBlocks(Axis axis, int input, Extent output, int inputLength) =>
        Reads(axis, input, Block == 1 ? output : output.Widen(Block), inputLength);

    /// <summary>Columns beyond its left and right edge that an input must have.</summary>
    public virtual (int Left, int Right) Margin(int inputWidth, int outputWidth) => (0, 0);

    /// <summary>
    /// Computes a part of the output: whole squares, but at its right and bottom. What it reads is there.
    /// </summary>
    public abstract void Run(StepMaps maps, Extent rows, Extent columns);

    /// <summary>All that distinguishes this step, but not its weights: two compilations are compared by it.</summary>
    public abstract string Describe();
}

/// <summary>The maps of a step in one run, and what a thread computes with.</summary>
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
