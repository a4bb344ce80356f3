using Enlarger.Inference.Kernels;

namespace Enlarger.Inference.Steps;

/// <summary>
/// A number for each channel, repeated over some pixels, so that one kernel call combines it with many pixels.
/// </summary>
internal static unsafe class ChannelPattern
{
    // 4 KiB of stack, unless a single pixel is longer.
    private const int FloatsMax = 1024;

    /// <summary>Floats that <see cref="Fill"/> needs.</summary>
    public static int Length(FeatureMap map) => Math.Max(1, FloatsMax / map.PixelStride) * map.PixelStride;

    /// <summary>Writes the pattern for the layout of <paramref name="map"/>; returns its length.</summary>
    public static int Fill(float* pattern, FeatureMap map, float* numbers, int count)
    {
        var length = Length(map);
        for (var i = 0; i < length; i++)
        {
            var channel = i % map.PixelStride;

            // Lanes beyond the channels are computed but never read; 1 avoids a division by zero.
            pattern[i] = count == 1 ? numbers[0] : channel < count ? numbers[channel] : 1;
        }

        return length;
    }

    /// <summary>Combines a part of a row with the pattern.</summary>
    public static void Combine(
        KernelSet kernels,
        BinaryOperation operation,
        float* source,
        float* pattern,
        int patternLength,
        float* target,
        int length,
        bool patternFirst)
    {
        for (var i = 0; i < length; i += patternLength)
        {
            var part = Math.Min(patternLength, length - i);
            if (patternFirst)
            {
                kernels.Combine(operation, pattern, source + i, target + i, part);
            }
            else
            {
                kernels.Combine(operation, source + i, pattern, target + i, part);
            }
        }
    }
}
