using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <content>The matrix product at one point: [tiles, inputs] times [inputs, outputs].</content>
internal static unsafe partial class WinogradKernel<TVector>
{
    /// <summary>The operands of the product at one point.</summary>
    private struct Product
    {
        /// <summary>[tiles, input channels].</summary>
        public float* Left;

        /// <summary>The weights of the first pair of output vectors, for all inputs; further pairs follow.</summary>
        public float* Weights;

        /// <summary>Tiles, as rounded by <see cref="WinogradBatches.Round"/>.</summary>
        public int Tiles;

        /// <summary>Input channels; even.</summary>
        public int Inputs;

        /// <summary>Input channels of the whole convolution.</summary>
        public int AllInputs;

        /// <summary>Output channels, whole vectors.</summary>
        public int Outputs;

        /// <summary>[tiles, output channels]; added to, unless <see cref="IsFirst"/>.</summary>
        public float* Sums;

        /// <summary>The sums are not initialised yet.</summary>
        public bool IsFirst;

        /// <summary>How many input channels of the convolution come before these.</summary>
        public int Before;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in Product product)
    {
        // Batches of six and four tiles: twelve or eight independent sums hide the latency of two multiply-add units of
        // four cycles each.
        var (tiles, inputs, outputs) = (product.Tiles, product.Inputs, product.Outputs);
        var sixes = WinogradBatches.InSixes(tiles);
        var panel = product.Weights;
        var column = 0;
        for (; column + (2 * TVector.Count) <= outputs; column += 2 * TVector.Count)
        {
            var weights = panel + (product.Before * 2 * TVector.Count);
            var left = product.Left;
            var sums = product.Sums + column;
            var tile = 0;
            for (; tile < sixes; tile += 6, left += 6 * inputs, sums += 6 * outputs)
            {
                MultiplySix(left, weights, sums, inputs, outputs, product.IsFirst);
            }

            for (; tile < tiles; tile += 4, left += 4 * inputs, sums += 4 * outputs)
            {
                MultiplyFour(left, weights, sums, inputs, outputs, product.IsFirst);
            }

            panel += 2 * TVector.Count * product.AllInputs;
        }

        if (column < outputs)
        {
            var weights = panel + (product.Before * TVector.Count);
            var left = product.Left;
            var sums = product.Sums + column;
            var tile = 0;
            for (; tile < sixes; tile += 6, left += 6 * inputs, sums += 6 * outputs)
            {
                MultiplySixByOne(left, weights, sums, inputs, outputs, product.IsFirst);
            }

            for (; tile < tiles; tile += 4, left += 4 * inputs, sums += 4 * outputs)
            {
                MultiplyFourByOne(left, weights, sums, inputs, outputs, product.IsFirst);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySix(
        float* left, float* weights, float* target, nint inputs, nint outputs, bool isFirst)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        if (!isFirst)
        {
            LoadPair(target, out a0, out b0);
            LoadPair(target + outputs, out a1, out b1);
            LoadPair(target + (2 * outputs), out a2, out b2);
            LoadPair(target + (3 * outputs), out a3, out b3);
            LoadPair(target + (4 * outputs), out a4, out b4);
            LoadPair(target + (5 * outputs), out a5, out b5);
        }

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
    private static void MultiplyFour(
        float* left, float* weights, float* target, nint inputs, nint outputs, bool isFirst)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0;
        if (!isFirst)
        {
            LoadPair(target, out a0, out b0);
            LoadPair(target + outputs, out a1, out b1);
            LoadPair(target + (2 * outputs), out a2, out b2);
            LoadPair(target + (3 * outputs), out a3, out b3);
        }

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

    // With a single vector of outputs, even and odd channels are summed apart to have enough independent sums. The
    // number of channels is even.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySixByOne(
        float* left, float* weights, float* target, nint inputs, nint outputs, bool isFirst)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        if (!isFirst)
        {
            a0 = TVector.Load(target);
            a1 = TVector.Load(target + outputs);
            a2 = TVector.Load(target + (2 * outputs));
            a3 = TVector.Load(target + (3 * outputs));
            a4 = TVector.Load(target + (4 * outputs));
            a5 = TVector.Load(target + (5 * outputs));
        }

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
    private static void MultiplyFourByOne(
        float* left, float* weights, float* target, nint inputs, nint outputs, bool isFirst)
    {
        TVector a0 = TVector.Broadcast(0), b0 = a0;
        TVector a1 = a0, a2 = a0, a3 = a0;
        TVector b1 = a0, b2 = a0, b3 = a0;
        if (!isFirst)
        {
            a0 = TVector.Load(target);
            a1 = TVector.Load(target + outputs);
            a2 = TVector.Load(target + (2 * outputs));
            a3 = TVector.Load(target + (3 * outputs));
        }

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
    private static void LoadPair(float* source, out TVector a, out TVector b)
    {
        a = TVector.Load(source);
        b = TVector.Load(source + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(float* target, TVector a, TVector b)
    {
        a.Store(target);
        b.Store(target + TVector.Count);
    }
}
