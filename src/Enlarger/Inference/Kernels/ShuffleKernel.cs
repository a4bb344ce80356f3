using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Enlarger.Inference.Kernels;

/// <summary>
/// Copies a run of floats from every pixel of a small row to consecutive places of a large row, as a pixel shuffle
/// does for each output row.
/// </summary>
internal static unsafe class ShuffleKernel
{
    /// <summary>Channels of what <see cref="CopyPlus"/> adds.</summary>
    public const int Channels = 3;

    /// <summary>Copies <paramref name="length"/> floats of each pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint sourceStride, float* target, int length, int pixels)
    {
        for (var i = 0; i < pixels; i++, source += sourceStride, target += length)
        {
            var c = 0;
            for (; c + 4 <= length; c += 4)
            {
                Vector128.Store(Vector128.Load(source + c), target + c);
            }

            for (; c < length; c++)
            {
                target[c] = source[c];
            }
        }
    }

    /// <summary>The same, adding a pixel of three channels to each of the output pixels in a run.</summary>
    /// <param name="source">The first run.</param>
    /// <param name="sourceStride">From a run to the next.</param>
    /// <param name="added">The pixel that is added to the first run.</param>
    /// <param name="addedStride">From an added pixel to the next.</param>
    /// <param name="target">Receives the runs, one after the other.</param>
    /// <param name="length">Floats of a run: a multiple of three, at least 6.</param>
    /// <param name="pixels">The number of runs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyPlus(
        float* source, nint sourceStride, float* added, nint addedStride, float* target, int length, int pixels)
    {
        for (var i = 0; i < pixels; i++, source += sourceStride, added += addedStride, target += length)
        {
            var (red, green, blue) = (added[0], added[1], added[2]);
            var redFirst = Vector128.Create(red, green, blue, red);
            var greenFirst = Vector128.Create(green, blue, red, green);
            var blueFirst = Vector128.Create(blue, red, green, blue);
            var c = 0;
            for (; c + 12 <= length; c += 12)
            {
                Vector128.Store(Vector128.Load(source + c) + redFirst, target + c);
                Vector128.Store(Vector128.Load(source + c + 4) + greenFirst, target + c + 4);
                Vector128.Store(Vector128.Load(source + c + 8) + blueFirst, target + c + 8);
            }

            if (c < length)
            {
                if (c + 4 <= length)
                {
                    Vector128.Store(Vector128.Load(source + c) + redFirst, target + c);
                }

                if (c + 8 <= length)
                {
                    Vector128.Store(Vector128.Load(source + c + 4) + greenFirst, target + c + 4);
                }

                // The last four floats may overlap those before. They end with a whole pixel, so they begin with blue.
                var last = length - 4;
                Vector128.Store(Vector128.Load(source + last) + blueFirst, target + last);
            }
        }
    }
}
