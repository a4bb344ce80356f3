namespace Enlarger.Inference.Kernels;

/// <summary>What a <see cref="KernelSet"/> can do with two numbers.</summary>
internal enum BinaryOperation
{
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>Positive values of the left as they are, negative ones times the right: PReLU.</summary>
    Rectify,
}
