using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Enlarger.Inference.Kernels;

/// <summary>The cache line size, and prefetching.</summary>
internal static unsafe class Cache
{
    /// <summary>Bytes of a cache line on nearly all processors.</summary>
    public const int LineBytes = 64;

    /// <summary>Floats of a cache line.</summary>
    public const int Line = LineBytes / sizeof(float);

    /// <summary>
    /// Prefetches the cache line of an address that will be read or written soon. This is a hint: results do not depend
    /// on it, and an invalid address is harmless.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
