using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <content>The transform of input tiles.</content>
internal static unsafe partial class WinogradKernel<TVector>
{
    // Two passes: down the columns, which neighbouring tiles share, then along the rows of each tile.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformInputs(
        float** rows, nint pixel, int first, int channels, int tiles, float* target, int stride, float* intermediate)
    {
        const int Wide = Cache.Line;
        var line = ((tiles * OutputSide) + 2) * Wide;
        for (var c = 0; c < channels; c += Wide)
        {
            nint place = first + c;
            for (var x = intermediate; x < intermediate + line; x += Wide, place += pixel)
            {
                var ahead = place + (PrefetchPixels * pixel);
                Cache.Prefetch(rows[0] + ahead);
                Cache.Prefetch(rows[1] + ahead);
                Cache.Prefetch(rows[2] + ahead);
                Cache.Prefetch(rows[3] + ahead);
                Cache.Prefetch(rows[4] + ahead);
                Cache.Prefetch(rows[5] + ahead);
                for (var v = 0; v < Wide; v += TVector.Count)
                {
                    var at = place + v;
                    TransformInput(
                        TVector.Load(rows[0] + at), TVector.Load(rows[1] + at), TVector.Load(rows[2] + at),
                        TVector.Load(rows[3] + at), TVector.Load(rows[4] + at), TVector.Load(rows[5] + at),
                        x + v, line);
                }
            }

            for (var y = 0; y < InputSide; y++)
            {
                var source = intermediate + (y * line);
                var point = target + (y * InputSide * stride) + c;
                for (var tile = 0; tile < tiles; tile++)
                {
                    for (var v = 0; v < Wide; v += TVector.Count)
                    {
                        var at = source + v;
                        TransformInput(
                            TVector.Load(at), TVector.Load(at + Wide), TVector.Load(at + (2 * Wide)),
                            TVector.Load(at + (3 * Wide)), TVector.Load(at + (4 * Wide)), TVector.Load(at + (5 * Wide)),
                            point + v, stride);
                    }

                    source += OutputSide * Wide;
                    point += channels;
                }
            }
        }
    }

    // Multiplies by the matrix B^T of the paper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformInput(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* target, nint stride)
    {
        var two = TVector.Broadcast(2);
        var four = TVector.Broadcast(4);
        var five = TVector.Broadcast(-5);
        TVector.MultiplyAdd(d0, four, TVector.MultiplyAdd(d2, five, d4)).Store(target);
        TVector.MultiplyAdd(d1, four, TVector.MultiplyAdd(d3, five, d5)).Store(target + (5 * stride));
        var minus = TVector.Broadcast(-4);
        var even = TVector.MultiplyAdd(d2, minus, d4);
        var odd = TVector.MultiplyAdd(d1, minus, d3);
        (even + odd).Store(target + stride);
        (even - odd).Store(target + (2 * stride));
        even = d4 - d2;
        odd = two * (d3 - d1);
        (even + odd).Store(target + (3 * stride));
        (even - odd).Store(target + (4 * stride));
    }
}
