using System.Runtime.Intrinsics;

namespace Enlarger.Inference.Kernels;

/// <summary>The inner loops, for one width of vector.</summary>
internal abstract unsafe class KernelSet
{
    /// <summary>The set for the widest vectors that this processor computes with.</summary>
    public static KernelSet Best { get; } =
        Vector512.IsHardwareAccelerated ? new KernelSet<Vector16>()
        : Vector256.IsHardwareAccelerated ? new KernelSet<Vector8>()
        : new KernelSet<Vector4>();

    /// <summary>Floats in a vector.</summary>
    public abstract int VectorLength { get; }

    /// <summary>One output row of a dense convolution.</summary>
    public abstract void Convolve(in ConvRow row);

    /// <summary>Squares of output pixels of a convolution of 3x3.</summary>
    public abstract void ConvolveBlocks(in WinogradBlocks blocks);

    /// <summary>One output row of a convolution that keeps the channels apart. Runs count taps, not floats.</summary>
    public abstract void ConvolveDepthwise(in ConvRow row);

    /// <summary><c>target[i] = operation(left[i], right[i])</c>.</summary>
    public abstract void Combine(BinaryOperation operation, float* left, float* right, float* target, int length);

    /// <summary>The same with one number on the right.</summary>
    public abstract void Combine(BinaryOperation operation, float* left, float right, float* target, int length);

    /// <summary><c>target[i] = 1 / (1 + exp(-source[i]))</c>.</summary>
    public abstract void Sigmoid(float* source, float* target, int length);

    /// <summary><c>target[i] = tanh(source[i])</c>.</summary>
    public abstract void Tanh(float* source, float* target, int length);

    /// <summary>
    /// <c>target[i] = (gate[i] + other[i]) * (sigmoid(gate[i]) - shift)</c>, for whole vectors.
    /// </summary>
    public abstract void Gate(float* gate, float* other, float shift, float* target, int length);

    /// <summary><c>target[i] = min(max(source[i], low), high)</c>.</summary>
    public abstract void Clip(float* source, float low, float high, float* target, int length);
}

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
