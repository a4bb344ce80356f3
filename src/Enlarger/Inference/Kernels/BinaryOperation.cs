namespace Enlarger.Inference.Kernels;

/// <summary>An operation on two numbers.</summary>
internal enum BinaryOperation
{
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>PReLU: the left if it is positive, else the left times the right.</summary>
    Rectify,
}
