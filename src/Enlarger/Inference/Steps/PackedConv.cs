using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>
/// The weights of a convolution in the order in which a kernel reads them, in pinned memory.
/// </summary>
internal sealed unsafe class PackedConv
{
    private readonly float[] _memory;

    public PackedConv(ConvStep conv, int vectorLength)
    {
        VectorLength = vectorLength;
        OutputVectors = (conv.OutputChannels + vectorLength - 1) / vectorLength;
        var channels = OutputVectors * vectorLength;
        var inputs = conv.Depthwise ? 1 : conv.InputChannels;
        var kernel = conv.Geometry.KernelRows * conv.Geometry.KernelColumns;
        var taps = conv.Block > 1 ? WinogradTiles.Points : kernel;

        // One cache line more, so that the weights can be aligned to a cache line.
        _memory = GC.AllocateUninitializedArray<float>((((taps * inputs) + 2) * channels) + Cache.Line, pinned: true);
        Array.Clear(_memory);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Weights = (float*)((address + Cache.LineBytes - 1) & ~(Cache.LineBytes - 1));
        Bias = Weights + (taps * inputs * channels);
        Slopes = Bias + channels;

        conv.Bias.CopyTo(new Span<float>(Bias, channels));
        conv.Slopes.CopyTo(new Span<float>(Slopes, channels));
        Span<float> points = stackalloc float[WinogradTiles.Points];
        for (var o = 0; o < conv.OutputChannels; o++)
        {
            for (var i = 0; i < inputs; i++)
            {
                var each = conv.Weights.AsSpan(((o * inputs) + i) * kernel, kernel);
                if (conv.Block > 1)
                {
                    WinogradWeights.Transform(each, points);
                }

                for (var tap = 0; tap < taps; tap++)
                {
                    var position = conv.Depthwise ? (tap * channels) + o
                        : conv.Block > 1 ? (tap * inputs * channels) + Position(o, i, inputs)
                        : Position(o, (tap * inputs) + i, taps * inputs);
                    Weights[position] = conv.Block > 1 ? points[tap] : each[tap];
                }
            }
        }
    }

    public int VectorLength { get; }

    public int OutputVectors { get; }

    public float* Weights { get; }

    public float* Bias { get; }

    public float* Slopes { get; }

    // Weights of two vectors of outputs are interleaved tap by tap; an odd last vector is stored alone.
    private int Position(int output, int tap, int taps)
    {
        var pair = output / (2 * VectorLength);
        var isLone = (pair * 2) + 1 == OutputVectors;
        var width = isLone ? VectorLength : 2 * VectorLength;
        return (pair * taps * 2 * VectorLength) + (tap * width) + (output - (pair * 2 * VectorLength));
    }
}
