using Enlarger.Imaging;

namespace Enlarger;

/// <summary>What <see cref="ImageEnlarger"/> did.</summary>
/// <param name="Source">The picture that was read, upright.</param>
/// <param name="SourceFormat">The format that was read.</param>
/// <param name="Frames">Frames or pages in the file; only the first was enlarged.</param>
/// <param name="Result">The picture that was written.</param>
/// <param name="Format">The format that was written.</param>
/// <param name="Model">The full name of the model; the one that was chosen where that was left open.</param>
/// <param name="Fidelity">
/// Mean absolute difference between the picture and the reduced result, in levels of 0 to 255; 0 is perfect.
/// </param>
/// <param name="Times">Where the time went.</param>
public sealed record EnlargeResult(
    PixelLayout Source,
    ImageFormat SourceFormat,
    int Frames,
    PixelLayout Result,
    ImageFormat Format,
    string Model,
    double Fidelity,
    EnlargeTimes Times)
{
    /// <summary>What the model was chosen by; null where it was named.</summary>
    public PictureTraits? Traits { get; init; }

    /// <summary>0 to 1: how much was restored before anything else; see <see cref="EnlargeOptions.Restore"/>.</summary>
    public double Restored { get; init; }

    /// <summary>The quality of the file, 1 to 100; null where its format has none.</summary>
    public int? Quality { get; init; }

    /// <summary>Words of <see cref="EnhanceOptions.Prompt"/> that mean nothing here and were left out.</summary>
    public IReadOnlyList<string> UnknownWords { get; init; } = [];

    /// <summary>
    /// What the user should know about the result, one English sentence each: what was found in the picture and could
    /// not be used, and what the format of the result could not hold. Empty where nothing was lost.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>
/// Wall time of the parts of one enlargement. Looking at the picture counts as decoding. Encoding overlaps inference
/// and counts only what it adds.
/// </summary>
public sealed record EnlargeTimes(TimeSpan Decode, TimeSpan Infer, TimeSpan Encode);
