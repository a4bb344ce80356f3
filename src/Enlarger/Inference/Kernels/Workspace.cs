using System.Runtime.InteropServices;

namespace Enlarger.Inference.Kernels;

/// <summary>Scratch memory of one thread, which grows to what the largest step needs.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private float* _memory;
    private int _length;

    /// <summary>Memory for so many floats, aligned to a cache line. Its content is undefined.</summary>
    public float* Floats(int length)
    {
        if (length > _length)
        {
            Dispose();
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Cache.LineBytes);
            _length = length;

            // Kernels also multiply elements that were never written. Fresh memory may hold NaN or denormals, which are
            // slow.
            NativeMemory.Clear(_memory, (nuint)length * sizeof(float));
        }

        return _memory;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _length = 0;
    }
}
