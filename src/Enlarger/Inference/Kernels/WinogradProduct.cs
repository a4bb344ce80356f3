using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <content>The products of one frequency: squares x input channels times input channels x output channels.</content>
internal static unsafe partial class WinogradKernel<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* left, float* weights, float* target, int blocks, int inputs, int outputs)
    {
        // Sums of six and four squares: twelve and eight sums keep two units of four cycles each busy.
        var sixes = blocks % 6 == 0 ? blocks : blocks % 6 == 4 ? blocks - 4 : blocks - 8;
        var column = 0;
        for (; column + (2 * TVector.Count) <= outputs; column += 2 * TVector.Count)
        {
            var block = 0;
            for (; block < sixes; block += 6)
            {
                MultiplySix(left + (block * inputs), weights, target + (block * outputs) + column, inputs, outputs);
            }

            for (; block < blocks; block += 4)
            {
                MultiplyFour(left + (block * inputs), weights, target + (block * outputs) + column, inputs, outputs);
            }

            weights += 2 * TVector.Count * inputs;
        }

        if (column < outputs)
        {
            var block = 0;
            for (; block < sixes; block += 6)
            {
                MultiplySixByOne(left + (block * inputs), weights, target + (block * outputs) + column, inputs, outputs);
            }

            for (; block < blocks; block += 4)
            {
                MultiplyFourByOne(left + (block * inputs), weights, target + (block * outputs) + column, inputs, outputs);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySix(float* left, float* weights, float* target, nint inputs, nint outputs)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        var p = left;
        var q = left + (3 * inputs);
        for (var end = left + inputs; p < end; p++, q++)
        {
            var u = TVector.Load(weights);
            var v = TVector.Load(weights + TVector.Count);
            weights += 2 * TVector.Count;

            var s = TVector.Broadcast(*p);
            a0 = TVector.MultiplyAdd(s, u, a0);
            b0 = TVector.MultiplyAdd(s, v, b0);
            s = TVector.Broadcast(*(p + inputs));
            a1 = TVector.MultiplyAdd(s, u, a1);
            b1 = TVector.MultiplyAdd(s, v, b1);
            s = TVector.Broadcast(*(p + (2 * inputs)));
            a2 = TVector.MultiplyAdd(s, u, a2);
            b2 = TVector.MultiplyAdd(s, v, b2);
            s = TVector.Broadcast(*q);
            a3 = TVector.MultiplyAdd(s, u, a3);
            b3 = TVector.MultiplyAdd(s, v, b3);
            s = TVector.Broadcast(*(q + inputs));
            a4 = TVector.MultiplyAdd(s, u, a4);
            b4 = TVector.MultiplyAdd(s, v, b4);
            s = TVector.Broadcast(*(q + (2 * inputs)));
            a5 = TVector.MultiplyAdd(s, u, a5);
            b5 = TVector.MultiplyAdd(s, v, b5);
        }

        StorePair(target, a0, b0);
        StorePair(target + outputs, a1, b1);
        StorePair(target + (2 * outputs), a2, b2);
        StorePair(target + (3 * outputs), a3, b3);
        StorePair(target + (4 * outputs), a4, b4);
        StorePair(target + (5 * outputs), a5, b5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFour(float* left, float* weights, float* target, nint inputs, nint outputs)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0;
        var p = left;
        var q = left + (2 * inputs);
        for (var end = left + inputs; p < end; p++, q++)
        {
            var u = TVector.Load(weights);
            var v = TVector.Load(weights + TVector.Count);
            weights += 2 * TVector.Count;

            var s = TVector.Broadcast(*p);
            a0 = TVector.MultiplyAdd(s, u, a0);
            b0 = TVector.MultiplyAdd(s, v, b0);
            s = TVector.Broadcast(*(p + inputs));
            a1 = TVector.MultiplyAdd(s, u, a1);
            b1 = TVector.MultiplyAdd(s, v, b1);
            s = TVector.Broadcast(*q);
            a2 = TVector.MultiplyAdd(s, u, a2);
            b2 = TVector.MultiplyAdd(s, v, b2);
            s = TVector.Broadcast(*(q + inputs));
            a3 = TVector.MultiplyAdd(s, u, a3);
            b3 = TVector.MultiplyAdd(s, v, b3);
        }

        StorePair(target, a0, b0);
        StorePair(target + outputs, a1, b1);
        StorePair(target + (2 * outputs), a2, b2);
        StorePair(target + (3 * outputs), a3, b3);
    }

    // With one vector alone, even and odd channels are summed apart, or there would be too few sums. Channels are even.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySixByOne(float* left, float* weights, float* target, nint inputs, nint outputs)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        var p = left;
        var q = left + (3 * inputs);
        for (var end = left + inputs; p < end; p += 2, q += 2)
        {
            var u = TVector.Load(weights);
            var v = TVector.Load(weights + TVector.Count);
            weights += 2 * TVector.Count;
            a0 = TVector.MultiplyAdd(TVector.Broadcast(*p), u, a0);
            b0 = TVector.MultiplyAdd(TVector.Broadcast(*(p + 1)), v, b0);
            a1 = TVector.MultiplyAdd(TVector.Broadcast(*(p + inputs)), u, a1);
            b1 = TVector.MultiplyAdd(TVector.Broadcast(*(p + inputs + 1)), v, b1);
            a2 = TVector.MultiplyAdd(TVector.Broadcast(*(p + (2 * inputs))), u, a2);
            b2 = TVector.MultiplyAdd(TVector.Broadcast(*(p + (2 * inputs) + 1)), v, b2);
            a3 = TVector.MultiplyAdd(TVector.Broadcast(*q), u, a3);
            b3 = TVector.MultiplyAdd(TVector.Broadcast(*(q + 1)), v, b3);
            a4 = TVector.MultiplyAdd(TVector.Broadcast(*(q + inputs)), u, a4);
            b4 = TVector.MultiplyAdd(TVector.Broadcast(*(q + inputs + 1)), v, b4);
            a5 = TVector.MultiplyAdd(TVector.Broadcast(*(q + (2 * inputs))), u, a5);
            b5 = TVector.MultiplyAdd(TVector.Broadcast(*(q + (2 * inputs) + 1)), v, b5);
        }

        (a0 + b0).Store(target);
        (a1 + b1).Store(target + outputs);
        (a2 + b2).Store(target + (2 * outputs));
        (a3 + b3).Store(target + (3 * outputs));
        (a4 + b4).Store(target + (4 * outputs));
        (a5 + b5).Store(target + (5 * outputs));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFourByOne(float* left, float* weights, float* target, nint inputs, nint outputs)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0;
        var p = left;
        var q = left + (2 * inputs);
        for (var end = left + inputs; p < end; p += 2, q += 2)
        {
            var u = TVector.Load(weights);
            var v = TVector.Load(weights + TVector.Count);
            weights += 2 * TVector.Count;
            a0 = TVector.MultiplyAdd(TVector.Broadcast(*p), u, a0);
            b0 = TVector.MultiplyAdd(TVector.Broadcast(*(p + 1)), v, b0);
            a1 = TVector.MultiplyAdd(TVector.Broadcast(*(p + inputs)), u, a1);
            b1 = TVector.MultiplyAdd(TVector.Broadcast(*(p + inputs + 1)), v, b1);
            a2 = TVector.MultiplyAdd(TVector.Broadcast(*q), u, a2);
            b2 = TVector.MultiplyAdd(TVector.Broadcast(*(q + 1)), v, b2);
            a3 = TVector.MultiplyAdd(TVector.Broadcast(*(q + inputs)), u, a3);
            b3 = TVector.MultiplyAdd(TVector.Broadcast(*(q + inputs + 1)), v, b3);
        }

        (a0 + b0).Store(target);
        (a1 + b1).Store(target + outputs);
        (a2 + b2).Store(target + (2 * outputs));
        (a3 + b3).Store(target + (3 * outputs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(float* target, TVector a, TVector b)
    {
        a.Store(target);
        b.Store(target + TVector.Count);
    }
}
