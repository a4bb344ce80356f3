using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>What <c>enlarger upscale</c> was asked for.</summary>
internal sealed record UpscaleRequest
{
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>A file, a folder, <c>-</c>, or null for beside each input.</summary>
    public string? Output { get; init; }

    public required EnlargeOptions Options { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }

    public bool Force { get; init; }

    public bool Recursive { get; init; }

    /// <summary>
    /// What is put between name and extension of a result beside its input: <c>@4x</c>, or <c>@4x-enhanced</c>, which
    /// is another picture.
    /// </summary>
    public required string Suffix { get; init; }
}

/// <summary>One picture to enlarge, and where to.</summary>
/// <param name="Input">A path, or <c>-</c> for standard input.</param>
/// <param name="Output">A path, or <c>-</c> for standard output.</param>
/// <param name="Format">The format to write; null keeps that of the picture.</param>
internal sealed record UpscaleItem(string Input, string Output, ImageFormat? Format)
{
    public bool ToTerminal => Output == UpscalePlan.Dash;

    /// <summary>The output is a device or a pipe, which is written to and not replaced.</summary>
    public bool ToSpecialFile { get; init; }

    /// <summary>What the user should know about the name of the result, as sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
