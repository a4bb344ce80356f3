using System.Text.Json;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Observability;
using Enlarger.Server.Storage;
using Enlarger.Server.Vendors.Pixelcut;

namespace Enlarger.Server;

/// <summary>All settings, read and checked once, before anything starts.</summary>
internal sealed record ServerSettings
{
    private const string FileName = "settings.json";
    private const string VariablePrefix = "ENLARGER_";

    public required JobSettings Jobs { get; init; }

    public required ResultSettings Results { get; init; }

    public required InputSettings Inputs { get; init; }

    public required PixelcutSettings Pixelcut { get; init; }

    public required ServingSettings Serving { get; init; }

    public required LoggingSettings Logging { get; init; }

    /// <summary>
    /// Reads settings.json in the data folder, variables such as <c>ENLARGER_Jobs__SecondsMax</c>, and
    /// <paramref name="options"/>. Later ones win. Prices may be for any of <paramref name="vendors"/>.
    /// </summary>
    /// <exception cref="SettingsException">Settings are wrong; all of them are named.</exception>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static ServerSettings Read(
        string dataFolder, IReadOnlyDictionary<string, string?> options, IReadOnlyList<string> vendors)
    {
        using var all = Load(dataFolder, options);
        var wrong = new List<WrongSetting>();
        var sections = new Dictionary<string, SettingsReader>(StringComparer.OrdinalIgnoreCase);
        var settings = new ServerSettings
        {
            Jobs = JobSettings.Read(Section("Jobs"), vendors),
            Results = ResultSettings.Read(Section("Results")),
            Inputs = InputSettings.Read(Section("Inputs")),
            Pixelcut = PixelcutSettings.Read(Section("Pixelcut")),
            Serving = ServingSettings.Read(Section("Serving")),
            Logging = LoggingSettings.Read(Section("Logging")),
        };
        foreach (var section in sections.Values)
        {
            section.RefuseUnread();
        }

        var ofFile = all.Providers.First().GetChildKeys([], parentPath: null).ToList();
        foreach (var top in all.GetChildren().Where(top => !sections.ContainsKey(top.Key)))
        {
            // A variable without a level, such as ENLARGER_DATA, is no setting: Kubernetes adds ENLARGER_PORT and
            // others where a service is called "enlarger".
            if (top.GetChildren().Any() || ofFile.Contains(top.Key, StringComparer.OrdinalIgnoreCase))
            {
                var words = $"is no section of settings; there are {string.Join(", ", sections.Keys)}";
                wrong.Add(new WrongSetting(top.Key, null, words));
            }
        }

        return wrong.Count == 0 ? settings : throw new SettingsException(wrong);

        SettingsReader Section(string name) =>
            sections[name] = new SettingsReader(all.GetSection(name), wrong);
    }

    private static ConfigurationRoot Load(string dataFolder, IReadOnlyDictionary<string, string?> options)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (Directory.Exists(path))
        {
            throw new StorageException($"{path} is a folder; it must be a file with settings.");
        }

        try
        {
            return (ConfigurationRoot)new ConfigurationBuilder()
                .AddJsonFile(path, optional: true, reloadOnChange: false)
                .AddEnvironmentVariables(VariablePrefix)
                .AddInMemoryCollection(options)
                .Build();
        }
        catch (InvalidDataException error)
        {
            // The framework's exception names the file; the reason is one of those inside.
            throw new StorageException(
                error.GetBaseException() switch
                {
                    JsonException json => $"{path} is not valid JSON: see line {json.LineNumber + 1}.",
                    FormatException => $"{path} must be one JSON object, with each setting in it once.",
                    UnauthorizedAccessException => $"{path} cannot be read: permission denied.",
                    _ => $"{path} cannot be read.",
                },
                error);
        }
    }
}
