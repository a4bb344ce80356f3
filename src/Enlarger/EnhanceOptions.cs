namespace Enlarger;

/// <summary>How far a result may leave its picture for the sake of looks.</summary>
public sealed record EnhanceOptions
{
    /// <summary>0 to 1: how much the picture is changed; 0 changes nothing but size.</summary>
    public double Creativity { get; init; } = 0.5;

    /// <summary>0 to 1: how much of the picture's own lines and noise stays; 0 smooths them.</summary>
    public double Replication { get; init; } = 0.35;

    /// <summary>Words of style, such as <c>gold</c> or <c>angry, menacing</c>; empty for none.</summary>
    public string Prompt { get; init; } = "";
}
