using System.Runtime.Intrinsics;

namespace Enlarger.Inference.Kernels;

/// <summary>The inner loops of all steps, for one vector length.</summary>
internal abstract unsafe class KernelSet
{
    /// <summary>The set for the longest vectors that this processor supports.</summary>
    public static KernelSet Best { get; } =
        Vector512.IsHardwareAccelerated ? new VectorKernelSet<Vector16>()
        : Vector256.IsHardwareAccelerated ? new VectorKernelSet<Vector8>()
        : new VectorKernelSet<Vector4>();

    /// <summary>Floats in a vector.</summary>
    public abstract int VectorLength { get; }

    /// <summary>One output row of a dense convolution.</summary>
    public abstract void Convolve(in ConvRow row);

    /// <summary>Output tiles of a 3x3 convolution by Winograd's algorithm.</summary>
    public abstract void ConvolveTiles(in WinogradTiles tiles);

    /// <summary>One output row of a depthwise convolution. Runs count taps, not floats.</summary>
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
