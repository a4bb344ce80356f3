namespace Enlarger.Server.Observability;

/// <summary>What is logged, by the category that a line belongs to.</summary>
internal sealed class LoggingSettings
{
    // As everywhere in .NET: the level of the categories that no other line names.
    private const string DefaultCategory = "Default";

    private static readonly string[] Levels = Enum.GetNames<LogLevel>();

    /// <summary>Levels by category, such as <c>Microsoft.AspNetCore</c>, which stands for all that begin so.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevel { get; init; } =
        new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);

    public static LoggingSettings Read(SettingsReader section)
    {
        var levels = section.Object("LogLevel");
        return new LoggingSettings
        {
            LogLevel = levels.Given.ToList().ToDictionary(
                category => category,
                category => Enum.Parse<LogLevel>(
                    levels.Text(
                        category,
                        nameof(Microsoft.Extensions.Logging.LogLevel.Information),
                        $"must be one of {string.Join(", ", Levels)}",
                        level => Levels.Contains(level, StringComparer.OrdinalIgnoreCase))!,
                    ignoreCase: true),
                StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>Adds the levels to those that the server has for a category.</summary>
    public void Apply(ILoggingBuilder logging)
    {
        foreach (var (category, level) in LogLevel)
        {
            var isDefault = category.Equals(DefaultCategory, StringComparison.OrdinalIgnoreCase);
            logging.AddFilter(isDefault ? null : category, level);
        }
    }
}
