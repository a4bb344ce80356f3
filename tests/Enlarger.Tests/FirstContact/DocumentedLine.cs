using System.Net;
using System.Text.RegularExpressions;

namespace Enlarger.Tests.FirstContact;

/// <summary>One command of a document, whole: continued lines are joined as the shell joins them.</summary>
/// <param name="Document">The document's path in the checkout.</param>
/// <param name="Text">The command as it stands, without the explanation behind it.</param>
internal sealed partial record DocumentedLine(string Document, string Text)
{
    public const string Readme = "README.md";
    public const string StartPage = "src/Enlarger.Server/Page/start.html";

    private static readonly string[] Documents =
        [Readme, "docs/serving.md", "docs/choosing.md", "docs/enhancing.md", StartPage];

    // What a test machine cannot run. Whatever is neither run nor here fails the test that lists them.
    private static readonly (Regex Pattern, string Reason)[] LeftOutFor =
    [
        (Pattern(@"^(git clone|dotnet test)\b"), "gets or tests the sources"),
        (Pattern(@"^(cd training|python3 )"), "trains or measures with other data"),
        (Pattern(@"^(_enlarger\(\)|complete )"), "completion, which needs a terminal"),
        (Pattern(@"^(\d{4}-\d\d-\d\dT|bytes=)"), "a line of the log"),
    ];

    private static readonly string[] TagsOfCommands = ["", "sh", "bash", "shell", "console"];

    private static TimeSpan Patience => TimeSpan.FromSeconds(1);

    public static IReadOnlyList<DocumentedLine> All { get; } = [.. Documents.SelectMany(Of)];

    /// <summary>The program's command, such as <c>upscale</c>; null for a line of the shell.</summary>
    public string? Command => Program().Match(Text) is { Success: true } match ? match.Groups["command"].Value : null;

    public bool IsOfSession => Text.Contains("curl ", StringComparison.Ordinal) || Assignment().IsMatch(Text);

    /// <summary>Why the line is not run; null if it is, or nothing is known about it.</summary>
    public string? LeftOut => LeftOutFor.FirstOrDefault(rule => rule.Pattern.IsMatch(Text)).Reason;

    /// <summary>The commands of a page as its HTML has them, in <c>pre</c>.</summary>
    public static IEnumerable<DocumentedLine> OfPage(string html) =>
        Preformatted().Matches(html)
            .SelectMany(match => Commands(StartPage, WebUtility.HtmlDecode(match.Groups["text"].Value)));

    private static Regex Pattern(string text) => new(text, RegexOptions.ExplicitCapture, Patience);

    public override string ToString() => $"{Document}: {Text}";

    private static IEnumerable<DocumentedLine> Of(string document)
    {
        var text = File.ReadAllText(Repository.Path(document));
        return document == StartPage ? OfPage(text) : OfMarkdown(document, text);
    }

    // Indented blocks, and fenced ones whose tag is a shell's. The tag of the others says what they are.
    private static IEnumerable<DocumentedLine> OfMarkdown(string document, string text)
    {
        var block = new List<string>();
        string? fence = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = fence is null ? line[3..].Trim() : null;
            }
            else if (fence is null
                ? line.StartsWith("    ", StringComparison.Ordinal)
                : TagsOfCommands.Contains(fence))
            {
                block.Add(fence is null ? line[4..] : line);
            }
        }

        return Commands(document, string.Join('\n', block));
    }

    private static IEnumerable<DocumentedLine> Commands(string document, string block) =>
        Continuation().Replace(block, " ")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => new DocumentedLine(document, ErrorMessages().Replace(line, "")));

    [GeneratedRegex(@"^(\./)?enlarger (?<command>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Program();

    [GeneratedRegex(@"^[A-Z]+=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\s*\\\n\s*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Continuation();

    // Two blanks and what follows explain a command of the program.
    [GeneratedRegex(@"(?<=^(\./)?enlarger .*?)  .*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorMessages();

    [GeneratedRegex(@"<pre>(?<text>.*?)</pre>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Preformatted();
}
