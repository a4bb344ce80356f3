using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <summary>One output row of a convolution: what it reads and writes. Strides count floats.</summary>
internal unsafe struct ConvRow
{
    /// <summary>
    /// The input row under each row of the kernel, at the column of its first tap for output column 0.
    /// </summary>
    public float** Inputs;

    /// <summary>Rows of the kernel.</summary>
    public int KernelRows;

    /// <summary>
    /// Runs of consecutive input floats under one kernel row: 1 where its taps are contiguous in memory, else one for
    /// each column.
    /// </summary>
    public int Runs;

    /// <summary>Length of a run in floats.</summary>
    public int RunLength;

    /// <summary>From the start of a run to that of the next.</summary>
    public int RunStride;

    /// <summary>From the input of an output column to that of the next column.</summary>
    public int InputStride;

    /// <summary>The output row at column 0.</summary>
    public float* Output;

    /// <summary>From an output pixel to the next.</summary>
    public int OutputStride;

    /// <summary>Output columns.</summary>
    public int Width;

    /// <summary>Vectors of output channels.</summary>
    public int OutputVectors;

    /// <summary>
    /// For each pair of output vectors (the last may be alone), for each tap in order: the weights of the pair.
    /// </summary>
    public float* Weights;

    /// <summary>A number for each output channel.</summary>
    public float* Bias;

    /// <summary>For each output channel, the factor of negative values: 1 none, 0 ReLU, else leaky or PReLU.</summary>
    public float* Slopes;
}

/// <summary>
/// Direct convolution of one output row: six pixels by two vectors of output channels are accumulated in registers
/// over all taps. Every output is one chain of multiply-adds in the order kernel row, kernel column, input channel, so
/// that its value depends neither on its position in the row nor on the length of the vector.
/// </summary>
/// <remarks>The loops are unrolled by hand, since the twelve sums must stay in registers.</remarks>
internal static unsafe class ConvKernel<TVector>
    where TVector : unmanaged, IVector<TVector>
{
    private const int BlockPixels = 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ConvRow row)
    {
        var taps = row.KernelRows * row.Runs * row.RunLength;
        var weights = row.Weights;
        var first = 0;
        for (; first + 2 <= row.OutputVectors; first += 2)
        {
            RunPair(row, weights, first * TVector.Count);
            weights += taps * 2 * TVector.Count;
        }

        if (first < row.OutputVectors)
        {
            RunSingle(row, weights, first * TVector.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPair(in ConvRow row, float* weights, int channel)
    {
        if (row.Width < BlockPixels)
        {
            for (var x = 0; x < row.Width; x++)
            {
                PairPixel(row, weights, channel, x);
            }

            return;
        }

        // The last block may overlap the one before it: some pixels are computed twice, with the same result.
        for (var x = 0; x < row.Width; x += BlockPixels)
        {
            PairBlock(row, weights, channel, Math.Min(x, row.Width - BlockPixels));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunSingle(in ConvRow row, float* weights, int channel)
    {
        if (row.Width < BlockPixels)
        {
            for (var x = 0; x < row.Width; x++)
            {
                SinglePixel(row, weights, channel, x);
            }

            return;
        }

        for (var x = 0; x < row.Width; x += BlockPixels)
        {
            SingleBlock(row, weights, channel, Math.Min(x, row.Width - BlockPixels));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PairBlock(in ConvRow row, float* weights, int channel, int x)
    {
        TVector a0 = TVector.Load(row.Bias + channel), b0 = TVector.Load(row.Bias + channel + TVector.Count);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
        nint step = row.InputStride;

        for (var ky = 0; ky < row.KernelRows; ky++)
        {
            var run = row.Inputs[ky] + (x * step);
            for (var r = 0; r < row.Runs; r++, run += row.RunStride)
            {
                var p = run;
                var q = run + (3 * step);
                for (var end = run + row.RunLength; p < end; p++, q++)
                {
                    var u = TVector.Load(weights);
                    var v = TVector.Load(weights + TVector.Count);
                    weights += 2 * TVector.Count;

                    var s = TVector.Broadcast(*p);
                    a0 = TVector.MultiplyAdd(s, u, a0);
                    b0 = TVector.MultiplyAdd(s, v, b0);
                    s = TVector.Broadcast(*(p + step));
                    a1 = TVector.MultiplyAdd(s, u, a1);
                    b1 = TVector.MultiplyAdd(s, v, b1);
                    s = TVector.Broadcast(*(p + (2 * step)));
                    a2 = TVector.MultiplyAdd(s, u, a2);
                    b2 = TVector.MultiplyAdd(s, v, b2);
                    s = TVector.Broadcast(*q);
                    a3 = TVector.MultiplyAdd(s, u, a3);
                    b3 = TVector.MultiplyAdd(s, v, b3);
                    s = TVector.Broadcast(*(q + step));
                    a4 = TVector.MultiplyAdd(s, u, a4);
                    b4 = TVector.MultiplyAdd(s, v, b4);
                    s = TVector.Broadcast(*(q + (2 * step)));
                    a5 = TVector.MultiplyAdd(s, u, a5);
                    b5 = TVector.MultiplyAdd(s, v, b5);
                }
            }
        }

        var slopeA = TVector.Load(row.Slopes + channel);
        var slopeB = TVector.Load(row.Slopes + channel + TVector.Count);
        var o = row.Output + ((nint)x * row.OutputStride) + channel;
        StorePair(o, a0, b0, slopeA, slopeB);
        StorePair(o + row.OutputStride, a1, b1, slopeA, slopeB);
        StorePair(o + (2 * row.OutputStride), a2, b2, slopeA, slopeB);
        StorePair(o + (3 * row.OutputStride), a3, b3, slopeA, slopeB);
        StorePair(o + (4 * row.OutputStride), a4, b4, slopeA, slopeB);
        StorePair(o + (5 * row.OutputStride), a5, b5, slopeA, slopeB);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SingleBlock(in ConvRow row, float* weights, int channel, int x)
    {
        var a0 = TVector.Load(row.Bias + channel);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        nint step = row.InputStride;

        for (var ky = 0; ky < row.KernelRows; ky++)
        {
            var run = row.Inputs[ky] + (x * step);
            for (var r = 0; r < row.Runs; r++, run += row.RunStride)
            {
                var p = run;
                var q = run + (3 * step);
                for (var end = run + row.RunLength; p < end; p++, q++)
                {
                    var u = TVector.Load(weights);
                    weights += TVector.Count;
                    a0 = TVector.MultiplyAdd(TVector.Broadcast(*p), u, a0);
                    a1 = TVector.MultiplyAdd(TVector.Broadcast(*(p + step)), u, a1);
                    a2 = TVector.MultiplyAdd(TVector.Broadcast(*(p + (2 * step))), u, a2);
                    a3 = TVector.MultiplyAdd(TVector.Broadcast(*q), u, a3);
                    a4 = TVector.MultiplyAdd(TVector.Broadcast(*(q + step)), u, a4);
                    a5 = TVector.MultiplyAdd(TVector.Broadcast(*(q + (2 * step))), u, a5);
                }
            }
        }

        var slope = TVector.Load(row.Slopes + channel);
        var o = row.Output + ((nint)x * row.OutputStride) + channel;
        Activate(a0, slope).Store(o);
        Activate(a1, slope).Store(o + row.OutputStride);
        Activate(a2, slope).Store(o + (2 * row.OutputStride));
        Activate(a3, slope).Store(o + (3 * row.OutputStride));
        Activate(a4, slope).Store(o + (4 * row.OutputStride));
        Activate(a5, slope).Store(o + (5 * row.OutputStride));
    }

    private static void PairPixel(in ConvRow row, float* weights, int channel, int x)
    {
        var a = TVector.Load(row.Bias + channel);
        var b = TVector.Load(row.Bias + channel + TVector.Count);
        for (var ky = 0; ky < row.KernelRows; ky++)
        {
            var run = row.Inputs[ky] + ((nint)x * row.InputStride);
            for (var r = 0; r < row.Runs; r++, run += row.RunStride)
            {
                for (var p = run; p < run + row.RunLength; p++, weights += 2 * TVector.Count)
                {
                    var s = TVector.Broadcast(*p);
                    a = TVector.MultiplyAdd(s, TVector.Load(weights), a);
                    b = TVector.MultiplyAdd(s, TVector.Load(weights + TVector.Count), b);
                }
            }
        }

        var slopes = row.Slopes + channel;
        StorePair(
            row.Output + ((nint)x * row.OutputStride) + channel,
            a,
            b,
            TVector.Load(slopes),
            TVector.Load(slopes + TVector.Count));
    }

    private static void SinglePixel(in ConvRow row, float* weights, int channel, int x)
    {
        var a = TVector.Load(row.Bias + channel);
        for (var ky = 0; ky < row.KernelRows; ky++)
        {
            var run = row.Inputs[ky] + ((nint)x * row.InputStride);
            for (var r = 0; r < row.Runs; r++, run += row.RunStride)
            {
                for (var p = run; p < run + row.RunLength; p++, weights += TVector.Count)
                {
                    a = TVector.MultiplyAdd(TVector.Broadcast(*p), TVector.Load(weights), a);
                }
            }
        }

        Activate(a, TVector.Load(row.Slopes + channel)).Store(row.Output + ((nint)x * row.OutputStride) + channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(float* output, TVector a, TVector b, TVector slopeA, TVector slopeB)
    {
        Activate(a, slopeA).Store(output);
        Activate(b, slopeB).Store(output + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Activate(TVector value, TVector slope) =>
        TVector.MultiplyAdd(
            TVector.Min(TVector.Broadcast(0), value), slope, TVector.Max(TVector.Broadcast(0), value));
}
