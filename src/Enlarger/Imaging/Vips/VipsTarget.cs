using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Enlarger.Imaging.Vips;

/// <summary>Lets libvips write a file into a stream; also reads it back where the stream can seek and read.</summary>
internal sealed unsafe class VipsTarget : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly Stream _stream;
    private readonly VipsCallbacks _callbacks;
    private GCHandle _self;

    public VipsTarget(Stream stream, VipsCallbacks callbacks)
        : base(ownsHandle: true)
    {
        _stream = stream;
        _callbacks = callbacks;
        SetHandle(VipsNative.NewTarget());
        _self = GCHandle.Alloc(this);
        delegate* unmanaged[Cdecl]<nint, void*, long, nint, long> write = &OnWrite;
        Connect("write", (nint)write);
        if (stream.CanSeek && stream.CanRead)
        {
            delegate* unmanaged[Cdecl]<nint, void*, long, nint, long> read = &OnRead;
            delegate* unmanaged[Cdecl]<nint, long, int, nint, long> seek = &OnSeek;
            Connect("read", (nint)read);
            Connect("seek", (nint)seek);
        }
    }

    protected override bool ReleaseHandle()
    {
        VipsNative.Unref(handle);
        _self.Free();
        return true;
    }

    private void Connect(string signal, nint handler) =>
        VipsNative.Connect(handle, signal, handler, GCHandle.ToIntPtr(_self), 0, 0);

    private static VipsTarget From(nint self) => (VipsTarget)GCHandle.FromIntPtr(self).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnWrite(nint sender, void* bytes, long count, nint self)
    {
        var target = From(self);
        return target._callbacks.Try(() => target._stream.Write(new ReadOnlySpan<byte>(bytes, checked((int)count))))
            ? count
            : -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnRead(nint sender, void* bytes, long count, nint self)
    {
        var target = From(self);
        long read = -1;
        target._callbacks.Try(() => read = target._stream.Read(new Span<byte>(bytes, checked((int)count))));
        return read;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnSeek(nint sender, long offset, int whence, nint self)
    {
        // SEEK_SET, SEEK_CUR and SEEK_END have the numbers of SeekOrigin.
        var target = From(self);
        long position = -1;
        target._callbacks.Try(() => position = target._stream.Seek(offset, (SeekOrigin)whence));
        return position;
    }
}
