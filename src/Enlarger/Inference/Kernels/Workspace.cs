using System.Runtime.InteropServices;

namespace Enlarger.Inference.Kernels;

/// <summary>Memory that a thread computes in, as large as the largest step wants it. Belongs to one thread.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private float* _memory;
    private int _length;

    /// <summary>Room for so many floats, aligned to a cache line; what is in it does not matter.</summary>
    public float* Floats(int length)
    {
        if (length > _length)
        {
            Dispose();
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Cache.LineBytes);
            _length = length;

            // What is never written is multiplied all the same; numbers that are none would be slow.
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
