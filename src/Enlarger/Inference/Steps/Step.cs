namespace Enlarger.Inference.Steps;

/// <summary>
/// One operation of a compiled network: it reads feature maps and writes one, band by band of its rows. A step holds
/// weights and geometry but no pixels, and is shared by all threads.
/// </summary>
internal abstract class Step(int[] inputs, int output)
{
    /// <summary>The maps that are read.</summary>
    public int[] Inputs { get; } = inputs;

    /// <summary>The map that is written.</summary>
    public int Output { get; } = output;

    /// <summary>Multiplications for each output pixel, as a direct convolution does them.</summary>
    public virtual double MultipliesPerPixel => 0;

    /// <summary>
    /// The input whose pixel stride the output must have, so that rows can be computed as plain arrays; null for none.
    /// </summary>
    public virtual int? LayoutFrom(ReadOnlySpan<MapShape> inputs) => null;

    /// <summary>Whole vectors of channels are written, so channels of the output are padded to that.</summary>
    public virtual bool WritesVectors => false;

    /// <summary>The size of the output.</summary>
    /// <exception cref="ModelException">The inputs do not fit together.</exception>
    public abstract MapShape Infer(ReadOnlySpan<MapShape> inputs);

    /// <summary>
    /// The rows or columns of an input, of <paramref name="inputLength"/>, on which those of the output depend.
    /// </summary>
    public virtual Extent Reads(Axis axis, int input, Extent output, int inputLength) => output.Clip(inputLength);

    /// <summary>
    /// The output is computed in blocks of so many rows and columns, counted from its corner: 1, or the Winograd tile.
    /// How a sample is rounded depends on all inputs of its block, so blocks must lie at the same places however a
    /// picture is cut.
    /// </summary>
    public virtual int Block => 1;

    /// <summary>The same as <see cref="Reads"/> for all blocks that a part of the output touches.</summary>
    public Extent ReadsInBlocks(Axis axis, int input, Extent output, int inputLength) =>
        Reads(axis, input, Block == 1 ? output : output.Widen(Block), inputLength);

    /// <summary>Padding columns beyond its left and right edge that an input must have.</summary>
    public virtual (int Left, int Right) Margin(int inputWidth, int outputWidth) => (0, 0);

    /// <summary>
    /// Computes a part of the output: whole blocks, except at its right and bottom edges. All that it reads must have
    /// been computed.
    /// </summary>
    public abstract void Run(StepMaps maps, Extent rows, Extent columns);

    /// <summary>Everything about this step but its weights, as text by which two compilations are compared.</summary>
    public abstract string Describe();
}
