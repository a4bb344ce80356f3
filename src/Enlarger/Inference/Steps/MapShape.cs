namespace Enlarger.Inference.Steps;

/// <summary>The size of a feature map.</summary>
internal readonly record struct MapShape(int Channels, int Height, int Width)
{
    public int Length(Axis axis) => axis == Axis.Rows ? Height : Width;

    /// <summary>In words, for messages.</summary>
    public override string ToString() => $"{Channels} channels of {Width}x{Height}";
}
