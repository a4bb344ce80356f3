namespace Enlarger.Inference.Steps;

/// <summary>A function of one number.</summary>
internal enum UnaryOperation
{
    Sigmoid,
    Tanh,
    Clip,
}
