using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <content>The transform to output tiles, with bias and activation.</content>
internal static unsafe partial class WinogradKernel<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformOutputs(in WinogradTiles run, float** rows, float* source, int stride, int outputs)
    {
        var intermediate = stackalloc float[OutputSide * InputSide * TVector.Count];
        var tile = stackalloc float[OutputSide * OutputSide * TVector.Count];
        var line = InputSide * TVector.Count;
        for (var column = 0; column < run.TileColumns; column++, source += outputs)
        {
            var width = Math.Min(OutputSide, run.Width - (column * OutputSide));
            var isWhole = width == OutputSide && rows[OutputSide - 1] != null;
            PrefetchTile(rows, ((nint)column + 2) * OutputSide * run.OutputStride, OutputSide * run.OutputStride);
            for (var c = 0; c < outputs; c += TVector.Count)
            {
                var point = source + c;
                for (var x = 0; x < InputSide; x++, point += stride)
                {
                    TransformOutput(point, InputSide * stride, intermediate + (x * TVector.Count), line);
                }

                var bias = TVector.Load(run.Bias + c);
                var slope = TVector.Load(run.Slopes + c);
                var place = ((nint)column * OutputSide * run.OutputStride) + c;
                for (var y = 0; y < OutputSide; y++)
                {
                    var target = isWhole ? rows[y] + place : tile;
                    var step = isWhole ? run.OutputStride : TVector.Count;
                    Finish(intermediate + (y * line), target, step, bias, slope);
                    if (!isWhole && rows[y] != null)
                    {
                        CopyPart(tile, rows[y] + place, run.OutputStride, width);
                    }
                }
            }
        }
    }

    // A write waits until its cache line is read. Rows below the picture are null, and prefetching null is harmless.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float** rows, nint first, int length)
    {
        for (var y = 0; y < OutputSide; y++)
        {
            for (nint i = 0; i < length; i += Cache.Line)
            {
                Cache.Prefetch(rows[y] + first + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformOutput(float* source, nint stride, float* target, nint step)
    {
        Combine(source, stride, out var r0, out var r1, out var r2, out var r3);
        r0.Store(target);
        r1.Store(target + step);
        r2.Store(target + (2 * step));
        r3.Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* source, float* target, nint step, TVector bias, TVector slope)
    {
        Combine(source, TVector.Count, out var r0, out var r1, out var r2, out var r3);
        ConvKernel<TVector>.Activate(r0 + bias, slope).Store(target);
        ConvKernel<TVector>.Activate(r1 + bias, slope).Store(target + step);
        ConvKernel<TVector>.Activate(r2 + bias, slope).Store(target + (2 * step));
        ConvKernel<TVector>.Activate(r3 + bias, slope).Store(target + (3 * step));
    }

    // Multiplies by the matrix A^T of the paper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(
        float* source, nint stride, out TVector r0, out TVector r1, out TVector r2, out TVector r3)
    {
        var m1 = TVector.Load(source + stride);
        var m2 = TVector.Load(source + (2 * stride));
        var m3 = TVector.Load(source + (3 * stride));
        var m4 = TVector.Load(source + (4 * stride));
        var (sum, difference) = (m1 + m2, m1 - m2);
        var (sum2, difference2) = (m3 + m4, m3 - m4);
        r0 = TVector.Load(source) + sum + sum2;
        r1 = TVector.MultiplyAdd(difference2, TVector.Broadcast(2), difference);
        r2 = TVector.MultiplyAdd(sum2, TVector.Broadcast(4), sum);
        r3 = TVector.MultiplyAdd(difference2, TVector.Broadcast(8), difference)
            + TVector.Load(source + (5 * stride));
    }

    private static void CopyPart(float* source, float* target, nint stride, int width)
    {
        for (var x = 0; x < width; x++)
        {
            TVector.Load(source + (x * TVector.Count)).Store(target + (x * stride));
        }
    }
}
