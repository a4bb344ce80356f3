using System.Globalization;

namespace Enlarger.Server;

/// <summary>
/// Reads the settings of one section, such as <c>Jobs</c>, by their names. What is wrong is collected and not thrown,
/// so that all wrong settings can be reported at once.
/// </summary>
internal sealed class SettingsReader
{
    // Longer values are shortened in messages.
    private const int ShownCharsMax = 100;

    private readonly IConfigurationSection _section;
    private readonly List<WrongSetting> _wrong;
    private readonly List<string> _names = [];
    private readonly List<SettingsReader> _inner = [];

    public SettingsReader(IConfigurationSection section, List<WrongSetting> wrong)
    {
        (_section, _wrong) = (section, wrong);
        // An empty object in JSON arrives as null.
        if (section.Value is { } value)
        {
            Refuse(null, value, "must be an object with settings");
        }
    }

    private delegate bool Parser<T>(string text, out T value);

    /// <summary>The names that were given in this section.</summary>
    public IEnumerable<string> Given => _section.GetChildren().Select(child => child.Key);

    public int Number(string name, int standard, int min, int max) => Read(
        name,
        standard,
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"),
        (string text, out int number) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            && number >= min
            && number <= max);

    public bool Flag(string name, bool standard) =>
        Read(name, standard, "must be true or false", (string text, out bool flag) => bool.TryParse(text, out flag));

    /// <summary>
    /// A text for which <paramref name="fits"/> holds. <paramref name="must"/> says what that is, as the end of a
    /// sentence: <c>must be a name</c>.
    /// </summary>
    public string? Text(string name, string? standard, string must, Predicate<string> fits) => Read(
        name,
        standard,
        must,
        (string text, out string? value) =>
        {
            value = text;
            return fits(text);
        });

    /// <summary>
    /// A list of texts: an array in JSON, or one text with commas between them, as fits into a variable of the
    /// environment.
    /// </summary>
    public IReadOnlyList<string> List(string name, string must, Predicate<string> fits)
    {
        _names.Add(name);
        var child = _section.GetSection(name);
        var texts = child.Value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => (Name: name, Text: (string?)text))
            ?? child.GetChildren().Select(item => (Name: $"{name}:{item.Key}", Text: item.Value));
        var list = texts.ToList();
        foreach (var (key, text) in list)
        {
            if (text is null || !fits(text))
            {
                Refuse(key, text, must);
            }
        }

        return [.. list.Select(item => item.Text).OfType<string>()];
    }

    /// <summary>The settings below a name of this section.</summary>
    public SettingsReader Object(string name)
    {
        _names.Add(name);
        var inner = new SettingsReader(_section.GetSection(name), _wrong);
        _inner.Add(inner);
        return inner;
    }

    /// <summary>
    /// Reports a setting of this section. <paramref name="reason"/> is the end of a sentence that begins with its name.
    /// </summary>
    public void Refuse(string name, string reason)
    {
        _names.Add(name);
        Refuse(name, null, reason);
    }

    /// <summary>Reports the settings that nothing has asked for. They are typing errors.</summary>
    public void RefuseUnread()
    {
        foreach (var name in Given.Except(_names, StringComparer.OrdinalIgnoreCase).ToList())
        {
            Refuse(name, null, $"is no setting; {_section.Path} has {string.Join(", ", _names)}");
        }

        _inner.ForEach(inner => inner.RefuseUnread());
    }

    private T Read<T>(string name, T standard, string must, Parser<T> parse)
    {
        _names.Add(name);
        var child = _section.GetSection(name);
        if (!child.Exists() && !Given.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return standard;
        }

        if (child.Value is { } text && !child.GetChildren().Any() && parse(text.Trim(), out var value))
        {
            return value;
        }

        var kind = child.GetChildren().Any() ? ", not an object or a list" : ", not null";
        Refuse(name, child.Value, child.Value is null ? must + kind : must);
        return standard;
    }

    private void Refuse(string? name, string? value, string reason)
    {
        var key = name is null ? _section.Path : $"{_section.Path}:{name}";
        _wrong.Add(new WrongSetting(key, value is null ? null : OneLine(value), reason));
    }

    private static string OneLine(string text)
    {
        var shown = text.Length <= ShownCharsMax ? text : text[..ShownCharsMax] + "...";
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

/// <summary>One setting that the server cannot start with.</summary>
/// <param name="Key">Its name with its section, such as <c>Jobs:Threads</c>.</param>
/// <param name="Value">What it was set to; null where it is an object or a list, or the value is not what is wrong.
/// </param>
/// <param name="Reason">The end of a sentence that begins with the key.</param>
internal sealed record WrongSetting(string Key, string? Value, string Reason)
{
    public string Sentence => Value is null ? $"{Key} {Reason}." : $"{Key} {Reason}, not \"{Value}\".";
}

/// <summary>Settings are wrong; the message has a sentence for each.</summary>
internal sealed class SettingsException(IReadOnlyList<WrongSetting> wrong) : Exception(Words(wrong))
{
    private static string Words(IReadOnlyList<WrongSetting> wrong) =>
        wrong is [var only]
            ? $"A setting is wrong: {only.Sentence}"
            : $"{wrong.Count} settings are wrong:{string.Concat(wrong.Select(one => $"\n  {one.Sentence}"))}";
}
