using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Enlarger.Server.Commands;

/// <summary>The options of <c>enlarger upscale</c> that change looks: <c>--enhance</c> and what goes with it.</summary>
internal sealed class EnhancementOptions
{
    private static readonly EnhanceOptions Defaults = new();

    private readonly Option<bool> _enhance = new("--enhance")
    {
        Description = "Enhance: sharper, cleaner, more colourful. With -s 1 the size stays.",
    };

    private readonly Option<double?> _creativity = SharedOptions.Part(
        "--creativity", $"How much --enhance changes, 0 to 1; {Text(Defaults.Creativity)} without it.");

    private readonly Option<double?> _replication = SharedOptions.Part(
        "--replication",
        $"How much of the original detail and noise it keeps, 0 to 1; {Text(Defaults.Replication)} without it.");

    private readonly Option<string?> _prompt = new("--prompt")
    {
        Description = "Style words for it, such as gold, watercolor or 'angry, menacing'.",
        HelpName = "TEXT",
    };

    public IReadOnlyList<Option> All => [_enhance, _creativity, _replication, _prompt];

    public void Validate(CommandResult result)
    {
        var lonely = All.Skip(1).FirstOrDefault(option => result.GetResult(option) is not null);
        if (lonely is not null && !result.GetValue(_enhance))
        {
            result.AddError($"{lonely.Name} goes with --enhance.");
        }

        if (result.GetValue(_prompt)?.Length > EnhanceOptions.PromptCharactersMax)
        {
            result.AddError($"--prompt may have {EnhanceOptions.PromptCharactersMax} characters.");
        }
    }

    /// <summary>What was asked for, or null.</summary>
    public EnhanceOptions? Read(ParseResult result) => !result.GetValue(_enhance) ? null : new EnhanceOptions
    {
        Creativity = result.GetValue(_creativity) ?? Defaults.Creativity,
        Replication = result.GetValue(_replication) ?? Defaults.Replication,
        Prompt = result.GetValue(_prompt) ?? Defaults.Prompt,
    };

    private static string Text(double part) => part.ToString(CultureInfo.InvariantCulture);
}
