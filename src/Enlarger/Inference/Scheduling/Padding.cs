namespace Enlarger.Inference.Scheduling;

/// <summary>What steps read beyond the edges of their inputs.</summary>
internal enum Padding
{
    /// <summary>What the ONNX standard says: zeros, or the constant of a Pad node.</summary>
    AsExported,

    /// <summary>The outermost pixel, in each layer: a flat picture stays flat up to its border.</summary>
    Replicate,
}
