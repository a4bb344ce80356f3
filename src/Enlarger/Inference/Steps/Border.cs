namespace Enlarger.Inference.Steps;

/// <summary>How a picture is padded.</summary>
internal enum Border
{
    Constant,
    Edge,
    Reflect,
}
