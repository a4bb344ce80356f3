using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Enlarger.Inference.Kernels;

/// <summary>
/// Stretches of floats that are moved from every pixel of a small row to one after the other in a large one: half of a
/// pixel shuffle.
/// </summary>
internal static unsafe class ShuffleKernel
{
    /// <summary>Channels of what <see cref="CopyPlus"/> adds.</summary>
    public const int Channels = 3;

    /// <summary>Copies <paramref name="length"/> floats of each of so many pixels.</summary>
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

    /// <summary>The same, plus a pixel of three channels, again and again.</summary>
    /// <param name="source">The first stretch.</param>
    /// <param name="sourceStride">From a stretch to the next.</param>
    /// <param name="added">The pixel that is added to the first stretch.</param>
    /// <param name="addedStride">From a pixel to the next.</param>
    /// <param name="target">Where stretches go, one after the other.</param>
    /// <param name="length">Floats in a stretch: a multiple of three, 6 or more.</param>
    /// <param name="pixels">How many stretches there are.</param>
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

                // The last four may overlap those before; a stretch ends in a whole pixel.
                var last = length - 4;
                Vector128.Store(Vector128.Load(source + last) + blueFirst, target + last);
            }
        }
    }
}
