namespace Enlarger.Inference.Steps;

/// <summary>Geometry of a convolution. Pads count rows and columns.</summary>
internal sealed record ConvGeometry(
    int KernelRows,
    int KernelColumns,
    int StrideRows,
    int StrideColumns,
    int DilationRows,
    int DilationColumns,
    int PadTop,
    int PadLeft,
    int PadBottom,
    int PadRight)
{
    public int Kernel(Axis axis) => axis == Axis.Rows ? KernelRows : KernelColumns;

    public int Stride(Axis axis) => axis == Axis.Rows ? StrideRows : StrideColumns;

    public int PadStart(Axis axis) => axis == Axis.Rows ? PadTop : PadLeft;

    public int PadEnd(Axis axis) => axis == Axis.Rows ? PadBottom : PadRight;

    /// <summary>Extent of the kernel in input rows or columns, dilation included.</summary>
    public int Span(Axis axis) =>
        ((Kernel(axis) - 1) * (axis == Axis.Rows ? DilationRows : DilationColumns)) + 1;

    public int OutputLength(Axis axis, int input) =>
        ((input + PadStart(axis) + PadEnd(axis) - Span(axis)) / Stride(axis)) + 1;
}
