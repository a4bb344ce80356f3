using System.Runtime.InteropServices;

namespace Enlarger.Server.Operating;

/// <summary>Settings of the C library's heap, in which the decoders and the engine keep their pixels.</summary>
internal static partial class NativeHeap
{
    // M_MMAP_THRESHOLD in malloc.h.
    private const int MapThreshold = -3;

    // glibc's own first value. It raises it with every large block that is freed, and then keeps such blocks for later:
    // with pictures of many sizes that was as much again as they need.
    private const int MapThresholdBytes = 128 << 10;

    /// <summary>Lets memory of pictures go back to the system when they are done.</summary>
    public static void ReturnLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetOption(MapThreshold, MapThresholdBytes);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such setting, and gives large blocks back at once.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
