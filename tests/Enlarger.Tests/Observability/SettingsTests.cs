using System.Globalization;
using System.Reflection;
using Enlarger.Server;

namespace Enlarger.Tests.Observability;

public sealed class SettingsTests
{
    // | `Jobs:SecondsMax` | `300` | what it means |
    private static readonly Dictionary<string, string[]> Rows = File.ReadLines(Repository.Path("docs/serving.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
        .GroupBy(cells => cells[0].Trim('`'), StringComparer.Ordinal)
        .ToDictionary(rows => rows.Key, rows => rows.First(), StringComparer.Ordinal);

    public static TheoryData<string> Classes =>
    [
        .. typeof(ServerOptions).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Settings", StringComparison.Ordinal) && type != typeof(ServerSettings))
            // Others of that name are parts of answers.
            .Where(type => type.GetConstructor(Type.EmptyTypes) is not null)
            .Select(type => type.FullName!),
    ];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_setting_is_documented_with_its_default(string name)
    {
        var type = typeof(ServerOptions).Assembly.GetType(name)!;
        var defaults = Activator.CreateInstance(type);
        var section = type.Name[..^"Settings".Length];
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var row = Rows.GetValueOrDefault($"{section}s:{property.Name}")
                ?? Rows.GetValueOrDefault($"{section}:{property.Name}");
            Assert.True(row is not null, $"docs/serving.md has no row for {property.Name} of {type.Name}.");
            Assert.Equal(Text(property.GetValue(defaults)), row[1].Trim('`'));
        }
    }

    private static string Text(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        string text => text,
        IFormattable figure => figure.ToString(null, CultureInfo.InvariantCulture),
        // Nothing, or a table that is empty.
        _ => "",
    };
}
