using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Enlarger.Inference.Kernels;

/// <summary>The lines in which a processor holds memory, and hints to it.</summary>
internal static unsafe class Cache
{
    /// <summary>Bytes of a line, with nearly all processors.</summary>
    public const int LineBytes = 64;

    /// <summary>Floats of a line.</summary>
    public const int Line = LineBytes / sizeof(float);

    /// <summary>
    /// Asks for the line of an address that will be read or written soon. It changes no result, and an address where
    /// nothing is does no harm.
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
