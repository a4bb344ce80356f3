using System.Runtime.InteropServices;

namespace Enlarger.Imaging;

/// <summary>Columns and rows.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PixelSize(int Width, int Height);
