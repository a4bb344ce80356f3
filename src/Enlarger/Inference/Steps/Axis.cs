namespace Enlarger.Inference.Steps;

/// <summary>The two directions of a picture, for what holds in both.</summary>
internal enum Axis
{
    Rows,
    Columns,
}
