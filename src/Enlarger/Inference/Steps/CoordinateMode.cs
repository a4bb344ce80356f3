namespace Enlarger.Inference.Steps;

/// <summary>How ONNX Resize maps output coordinates to input coordinates.</summary>
internal enum CoordinateMode
{
    HalfPixel,
    Asymmetric,
    AlignCorners,
}
