namespace Enlarger;

/// <summary>How far a result may leave its picture for the sake of looks.</summary>
/// <remarks>
/// No generative network: edge-aware noise reduction and local contrast before the picture is enlarged, then edge-aware
/// sharpening, seeded texture and colour grading. A creativity of 0 with a replication of 1 is the faithful result.
/// </remarks>
public sealed record EnhanceOptions
{
    /// <summary>UTF-16 code units that a prompt may have, because a style takes a few words.</summary>
    public const int PromptCharactersMax = 1500;

    /// <summary>0 to 1: how much the picture is changed; 0 changes nothing but size, noise and lines.</summary>
    public double Creativity { get; init; } = 0.5;

    /// <summary>0 to 1: how much of the picture's own lines and noise stays; 0 smooths them.</summary>
    public double Replication { get; init; } = 0.35;

    /// <summary>
    /// Words of style, such as <c>gold</c> or <c>angry, menacing</c>; empty for none. Words that mean nothing here are
    /// left out and named in <see cref="EnlargeResult.UnknownWords"/>. What they do grows with
    /// <see cref="Creativity"/>. A grey picture becomes RGB where they ask for colour.
    /// </summary>
    public string Prompt { get; init; } = "";

    internal void Check()
    {
        CheckPart(Creativity, nameof(Creativity));
        CheckPart(Replication, nameof(Replication));
        CheckPrompt(Prompt);
    }

    internal static void CheckPart(double value, string name)
    {
        // NaN is in no range.
        if (value is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be 0 to 1.");
        }
    }

    private static void CheckPrompt(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (prompt.Length > PromptCharactersMax)
        {
            throw new ArgumentException($"The prompt may have {PromptCharactersMax} characters.", nameof(prompt));
        }
    }
}
