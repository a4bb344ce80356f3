using System.Text;

namespace Enlarger.Enhancing;

/// <summary>A parsed prompt: its look, and its unknown words.</summary>
/// <param name="Look">The combined looks of all its words.</param>
/// <param name="UnknownWords">In the prompt's own spelling, each once.</param>
internal sealed record StylePrompt(Look Look, IReadOnlyList<string> UnknownWords)
{
    // "no overly shiny gold" still negates gold; after more unknown words than these a negation ends.
    private const int NegatedUnknownMax = 3;

    private static readonly char[] PhraseEnds = [',', ';', ':', '.', '!', '?', '\n'];

    /// <summary>Parses a prompt; any text is valid.</summary>
    public static StylePrompt Read(string prompt, Lexicon lexicon)
    {
        var looks = new List<LexiconEntry>();
        var unwanted = new HashSet<LexiconEntry>();
        var unknown = new List<string>();
        foreach (var phrase in prompt.Split(PhraseEnds))
        {
            ReadPhrase(Split(phrase), lexicon, looks, unwanted, unknown);
        }

        var look = looks.Distinct().Where(entry => !unwanted.Contains(entry))
            .Aggregate(Look.Plain, (sum, entry) => sum.With(entry.Look));
        return new StylePrompt(look, [.. unknown.Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    // A negation applies to the next look in its phrase.
    private static void ReadPhrase(
        List<string> words,
        Lexicon lexicon,
        List<LexiconEntry> looks,
        HashSet<LexiconEntry> unwanted,
        List<string> unknown)
    {
        // Unknown words that may still follow the negation; negative where there is no negation.
        var negated = -1;
        for (var i = 0; i < words.Count;)
        {
            if (FindPhrase(words, i, lexicon) is var (entry, length))
            {
                (negated >= 0 ? (ICollection<LexiconEntry>)unwanted : looks).Add(entry);
                negated = -1;
                i += length;
                continue;
            }

            var word = words[i++];
            if (lexicon.IsNegating(word))
            {
                negated = NegatedUnknownMax;
            }
            else if (!lexicon.IsSmall(word))
            {
                unknown.Add(word);
                negated--;
            }
        }
    }

    // The longest phrase first: "black and white" is neither black nor white.
    private static (LexiconEntry Entry, int Length)? FindPhrase(List<string> words, int start, Lexicon lexicon)
    {
        for (var length = Math.Min(lexicon.Longest, words.Count - start); length > 0; length--)
        {
            if (lexicon.Find(string.Join(' ', words.GetRange(start, length))) is { } entry)
            {
                return (entry, length);
            }
        }

        return null;
    }

    // Words consist of letters, marks and digits of any script. An unpaired surrogate is not part of a word.
    private static List<string> Split(string prompt)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in prompt.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || IsMark(rune))
            {
                word.Append(rune);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
