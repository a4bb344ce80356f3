namespace Enlarger.Imaging;

/// <summary>The interpolation kernels.</summary>
public enum ResampleKernel
{
    /// <summary>Cubic convolution with a = -0.5 (Keys 1981), reaching over 4 pixels; "bicubic" in the papers.</summary>
    Cubic,

    /// <summary>A sinc windowed by a wider sinc (Duchon 1979), reaching over 6 pixels; rings a little.</summary>
    Lanczos3,
}
