using System.Globalization;

namespace Enlarger.Server.Commands;

/// <summary>What became of one picture, as scripts read it.</summary>
/// <param name="Input">The path that was read, or <c>-</c>.</param>
/// <param name="Output">The path of the result, or <c>-</c>; null where the input held no picture.</param>
/// <param name="Status">
/// <c>done</c>, <c>skipped</c> (the result was there), <c>failed</c>, or <c>left_out</c> of a folder, where pictures in
/// it are of kinds that are not read.
/// </param>
/// <param name="Width">Columns of the result, where the status is done; so for all that follow.</param>
/// <param name="Height">Rows of the result.</param>
/// <param name="Scale">Times wider than the picture that was read.</param>
/// <param name="Model">The full name of the model, which auto may have chosen.</param>
/// <param name="Choice">What auto chose by; null where the model was named.</param>
/// <param name="Restored">0 to 1: how much was restored first.</param>
/// <param name="Format">The format of the result.</param>
/// <param name="Quality">The quality of the file; null where its format has none.</param>
/// <param name="Fidelity">Mean difference of picture and reduced result in levels of 0 to 255; 0 is perfect.</param>
/// <param name="UnknownWords">Words of the prompt that mean nothing here; null without one.</param>
/// <param name="FramesLeftOut">Frames or pages of the file beyond the first, which are not in the result.</param>
/// <param name="Notes">What the user should know about the result: <see cref="EnlargeResult.Notes"/>.</param>
/// <param name="Milliseconds">Where the time went.</param>
/// <param name="LeftOut">How many pictures of which kinds, where the status is left_out.</param>
/// <param name="Error">Why it failed, as a sentence.</param>
internal sealed record UpscaleReport(
    string Input,
    string? Output,
    string Status,
    int? Width = null,
    int? Height = null,
    double? Scale = null,
    string? Model = null,
    UpscaleChoice? Choice = null,
    double? Restored = null,
    string? Format = null,
    int? Quality = null,
    double? Fidelity = null,
    IReadOnlyList<string>? UnknownWords = null,
    int? FramesLeftOut = null,
    IReadOnlyList<string>? Notes = null,
    UpscaleMilliseconds? Milliseconds = null,
    IReadOnlyDictionary<string, int>? LeftOut = null,
    string? Error = null)
{
    public const string Done = "done";
    public const string Skipped = "skipped";
    public const string Failed = "failed";
    public const string IsLeftOut = "left_out";

    /// <summary>A finished picture, in a line for people.</summary>
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"Done {Input}: {Width}x{Height} in {Milliseconds!.Total / 1000:F1} s") + Findings();

    /// <summary>What was found and done, in a few words after a comma; empty where nobody looked.</summary>
    private string Findings() =>
        Choice is null ? "" : $", as a {Choice.Condition} {Choice.Kind}" + (Restored > 0 ? ", restored" : "");
}

/// <summary>What a picture was taken for: see <see cref="PictureTraits"/>.</summary>
internal sealed record UpscaleChoice(
    string Kind, string Condition, double Flatness, double TwoTone, double Blocking, double Noise,
    double RestoringGain)
{
    private const int Digits = 3;

    public static UpscaleChoice? Of(PictureTraits? traits) => traits is null ? null : new UpscaleChoice(
        traits.Kind switch
        {
            PictureKind.Photograph => "photograph",
            PictureKind.Drawing => "drawing",
        },
        traits.Condition switch
        {
            PictureCondition.Clean => "clean",
            PictureCondition.Compressed => "compressed",
            PictureCondition.Noisy => "noisy",
            PictureCondition.Degraded => "degraded",
        },
        Math.Round(traits.Flatness, Digits),
        Math.Round(traits.TwoTone, Digits),
        Math.Round(traits.Blocking, Digits),
        Math.Round(traits.Noise, Digits),
        Math.Round(traits.RestoringGain, Digits));
}

/// <summary>Wall time; the total is more than the sum by opening, flushing and renaming files.</summary>
internal sealed record UpscaleMilliseconds(double Decode, double Infer, double Encode, double Total);
