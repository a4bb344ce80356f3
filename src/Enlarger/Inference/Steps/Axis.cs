namespace Enlarger.Inference.Steps;

/// <summary>One of the two axes of a picture, for code that is the same for both.</summary>
internal enum Axis
{
    Rows,
    Columns,
}
