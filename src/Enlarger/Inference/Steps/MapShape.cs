namespace Enlarger.Inference.Steps;

/// <summary>The size of a feature map.</summary>
internal readonly record struct MapShape(int Channels, int Height, int Width)
{
    public int Length(Axis axis) => axis == Axis.Rows ? Height : Width;

    /// <summary>The shape in words, for error messages.</summary>
    public override string ToString() => $"{Channels} channels of {Width}x{Height}";
}
