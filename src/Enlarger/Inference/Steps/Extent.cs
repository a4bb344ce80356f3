namespace Enlarger.Inference.Steps;

/// <summary>Rows or columns from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal readonly record struct Extent(int Start, int End)
{
    public int Length => End - Start;

    public Extent Clip(int length) => new(Math.Clamp(Start, 0, length), Math.Clamp(End, 0, length));

    /// <summary>Widened until both ends are multiples of <paramref name="block"/>.</summary>
    public Extent Widen(int block) =>
        new(Floor.Divide(Start, block) * block, Floor.Divide(End + block - 1, block) * block);
}
