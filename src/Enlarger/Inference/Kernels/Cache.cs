using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Enlarger.Inference.Kernels;

/// <summary>Hints to the processor.</summary>
internal static unsafe class Cache
{
    /// <summary>Floats of a line: 64 bytes with nearly all processors.</summary>
    public const int Line = 16;

    /// <summary>
    /// Asks for the line of an address that will be read or written soon. It changes no result, and an address where
    /// nothing is does no harm.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
