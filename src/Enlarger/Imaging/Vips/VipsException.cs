using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>
/// An operation of libvips failed. The text is libvips' own, for a log and never for the person who sent a picture:
/// its error buffer is one for the whole process, so that it may speak of somebody else's picture as well.
/// </summary>
internal sealed class VipsException(string operation, string reason) : Exception($"{operation}: {reason}")
{
    /// <summary>Empties the error buffer into an exception.</summary>
    public static VipsException Drain(string operation)
    {
        var text = VipsNative.DrainErrors();

        // The last line is the latest; what probes and other threads left stands before it.
        var reason = Marshal.PtrToStringUTF8(text)?.Trim().Split('\n')[^1];
        VipsNative.Free(text);
        return new VipsException(operation, string.IsNullOrEmpty(reason) ? "no reason given" : reason);
    }
}
