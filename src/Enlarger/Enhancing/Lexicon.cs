using System.Globalization;
using System.Text.RegularExpressions;

namespace Enlarger.Enhancing;

/// <summary>The known style words and the look of each, read from <c>Lexicon.txt</c>.</summary>
/// <remarks>
/// A line of the section <c>[looks]</c> names a word and its synonyms, which may be of several words, and after a colon
/// the value of each <see cref="LookKnob"/>; a palette is two to four colours from shadow to light. The other
/// sections list words that have no look of their own. Plurals need not be listed where they end in s.
/// </remarks>
internal sealed partial class Lexicon
{
    private static readonly (string Ending, string Singular)[] Plurals = [("ies", "y"), ("es", ""), ("s", "")];

    private readonly Dictionary<string, LexiconEntry> _looks = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _small = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _negating = new(StringComparer.OrdinalIgnoreCase);

    private Lexicon(string text)
    {
        var section = "";
        foreach (var (line, index) in text.Split('\n').Select((line, index) => (line.Trim(), index)))
        {
            if (line.StartsWith('['))
            {
                section = line;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                try
                {
                    Read(section, line);
                }
                catch (FormatException error)
                {
                    throw new FormatException($"Line {index + 1} of the lexicon: {error.Message}", error);
                }
            }
        }

        Longest = _looks.Keys.Max(words => words.Count(letter => letter == ' ') + 1);
    }

    /// <summary>The lexicon embedded in this library.</summary>
    public static Lexicon Own { get; } = Parse(ReadOwn());

    /// <summary>All rows.</summary>
    public IReadOnlyCollection<LexiconEntry> Entries => [.. _looks.Values.Distinct()];

    /// <summary>The number of words in the longest phrase.</summary>
    public int Longest { get; }

    /// <summary>Reads a lexicon.</summary>
    /// <exception cref="FormatException">A line is invalid; the message says which, and why.</exception>
    public static Lexicon Parse(string text) => new(text);

    /// <summary>The row of a word or phrase, in any case; null where there is none.</summary>
    public LexiconEntry? Find(string words) => Forms(words).Select(_looks.GetValueOrDefault).FirstOrDefault(
        entry => entry is not null);

    /// <summary>Words such as <c>the</c>, <c>with</c> and <c>picture</c>, which are ignored.</summary>
    public bool IsSmall(string word) => Forms(word).Any(_small.Contains);

    /// <summary>Words such as <c>no</c> and <c>without</c>, which cancel the look that follows.</summary>
    public bool IsNegating(string word) => _negating.Contains(word);

    // English plurals, tried only if the word itself is unknown.
    private static IEnumerable<string> Forms(string words)
    {
        yield return words;
        foreach (var (ending, singular) in Plurals)
        {
            if (words.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                yield return words[..^ending.Length] + singular;
            }
        }
    }

    private static string ReadOwn()
    {
        using var stream = typeof(Lexicon).Assembly.GetManifestResourceStream("Lexicon.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void Read(string section, string line)
    {
        switch (section)
        {
            case "[small]":
                _small.UnionWith(line.Split(' '));
                break;
            case "[negating]":
                _negating.UnionWith(line.Split(' '));
                break;
            case "[looks]":
                ReadLook(line);
                break;
            default:
                throw new FormatException("The sections are [looks], [small] and [negating].");
        }
    }

    private void ReadLook(string line)
    {
        if (line.Split(':') is not [var words, var figures])
        {
            throw new FormatException("A row has words, one colon and figures.");
        }

        var names = words.Split(',').Select(word => word.Trim()).ToList();
        var entry = new LexiconEntry(names[0], ReadFigures(figures));
        foreach (var name in names)
        {
            if (!Phrase().IsMatch(name) || !_looks.TryAdd(name, entry))
            {
                throw new FormatException($"\"{name}\" is there already, or not made of lower-case words.");
            }
        }
    }

    private static Look ReadFigures(string figures)
    {
        var turns = new Dictionary<LookKnob, double>();
        IReadOnlyList<(float Red, float Green, float Blue)>? palette = null;
        foreach (var figure in figures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (figure.Split('=') is not [var name, var value])
            {
                throw new FormatException($"\"{figure}\" is no name=value.");
            }

            if (name == "palette")
            {
                palette = ReadPalette(value);
            }
            else if (!Enum.TryParse<LookKnob>(name, ignoreCase: true, out var knob)
                || !turns.TryAdd(knob, ReadTurn(knob, value)))
            {
                throw new FormatException($"There is no {name}, or it is there twice.");
            }
        }

        if (turns.Count == 0 || (palette is null) != !turns.ContainsKey(LookKnob.Tint))
        {
            throw new FormatException("A row turns something, and a palette goes with a tint.");
        }

        return Look.Of(turns, palette);
    }

    private static double ReadTurn(LookKnob knob, string value)
    {
        var least = Look.IsSigned(knob) ? -1 : 0;
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var turn)
            && turn >= least && turn <= 1 && turn != 0
            ? turn
            : throw new FormatException($"{value} is not from {least} to 1, or 0, which may be left out.");
    }

    // Two or three colours are interpolated to four.
    private static (float Red, float Green, float Blue)[] ReadPalette(string value)
    {
        var colours = value.Split('/').Select(ReadColour).ToArray();
        if (colours.Length is < 2 or > Look.PaletteColours)
        {
            throw new FormatException("A palette has two to four colours.");
        }

        return [.. Enumerable.Range(0, Look.PaletteColours).Select(Mix)];

        (float Red, float Green, float Blue) Mix(int index)
        {
            var place = index * (colours.Length - 1) / (float)(Look.PaletteColours - 1);
            var (a, b) = (colours[(int)place], colours[Math.Min((int)place + 1, colours.Length - 1)]);
            var part = place - (int)place;
            return (Between(a.Red, b.Red), Between(a.Green, b.Green), Between(a.Blue, b.Blue));

            float Between(float from, float to) => from + ((to - from) * part);
        }
    }

    private static (float Red, float Green, float Blue) ReadColour(string hex) =>
        hex.Length == 6 && int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb)
            ? ((rgb >> 16) / 255f, ((rgb >> 8) & 255) / 255f, (rgb & 255) / 255f)
            : throw new FormatException($"{hex} is no colour of six hexadecimal digits.");

    [GeneratedRegex("^[a-z]+( [a-z]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Phrase();
}

/// <summary>A row of the lexicon.</summary>
/// <param name="Word">The first of its words.</param>
/// <param name="Look">Their look.</param>
internal sealed record LexiconEntry(string Word, Look Look);
