namespace Enlarger.Tests.Inference.Operators;

/// <summary>Draws a case for an operator test; the same seed draws the same case.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public bool Chance() => _random.Next(2) == 0;

    /// <summary>A whole number, both ends included.</summary>
    public int From(int min, int max) => _random.Next(min, max + 1);

    /// <summary>Counts around the widths of vectors and of blocks of channels.</summary>
    public int Channels() => Of(1, 2, 3, 5, 8, 12, 16, 17, 32, 33, 48, 64);

    /// <summary>As <see cref="Channels"/>, where a test multiplies them.</summary>
    public int FewChannels() => Of(1, 2, 3, 5, 8, 12, 16, 17);

    /// <summary>Rows or columns around the widths of vectors and tiles.</summary>
    public int Length() => Of(1, 2, 3, 7, 8, 9, 31);

    /// <summary>Numbers of -1 to 1.</summary>
    public float[] Floats(long count)
    {
        var floats = new float[count];
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = _random.NextSingle() * 2 - 1;
        }

        return floats;
    }

    /// <summary>A dozen or more cases, as seeds.</summary>
    public static TheoryData<int> Seeds(int count) => [.. Enumerable.Range(1, count)];
}
