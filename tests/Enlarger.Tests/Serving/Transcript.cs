namespace Enlarger.Tests.Serving;

/// <summary>
/// Exchanges with a server as a text file that reads like documentation: what they show, the requests, and the answers
/// that we promise. UPDATE_TRANSCRIPTS=1 rewrites the answers; the difference in Git is the change of contract.
/// </summary>
/// <remarks>
/// <code>
/// # What this shows, in a sentence.
/// @Jobs:Model=photo                     settings; the server is then one of its own
///
/// POST /v1/upscale                      a request: see <see cref="TranscriptRequest"/>
/// X-API-KEY: {{key}}
///
/// body
///
/// ###                                   what follows is the answer: see <see cref="TranscriptAnswer"/>
/// 200 OK
/// Content-Type: application/json
///
/// body
///
/// ===                                   the next request, if there is one
/// </code>
/// </remarks>
internal sealed class Transcript
{
    private const string AnswerMark = "\n\n###\n";
    private const string NextMark = "\n\n===\n";

    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_TRANSCRIPTS") == "1";

    private readonly string _path;
    private readonly string _preface;
    private readonly List<(string Request, string Promised)> _exchanges;

    public Transcript(string path)
    {
        _path = path;
        var text = File.ReadAllText(path).ReplaceLineEndings("\n").TrimEnd('\n');
        var preface = text.Split('\n').TakeWhile(line => line is "" or ['#', ..] or ['@', ..]).ToList();
        _preface = string.Join('\n', preface).TrimEnd('\n');
        _exchanges = [.. string.Join('\n', text.Split('\n').Skip(preface.Count)).Split(NextMark).Select(Split)];
    }

    /// <summary>What it shows, in the words of its first lines.</summary>
    public string Subject =>
        string.Join(
            ' ', _preface.Split('\n').Where(line => line is ['#', ..]).Select(line => line.TrimStart('#', ' ')));

    public IReadOnlyList<(string Request, string Promised)> Exchanges => _exchanges;

    public IReadOnlyList<(string Key, string Value)> Settings =>
    [
        .. from line in _preface.Split('\n')
           where line is ['@', ..]
           let cut = line.IndexOf('=', StringComparison.Ordinal)
           select (line[1..cut], line[(cut + 1)..]),
    ];

    /// <summary>Makes the requests, compares the answers, and returns the pictures in them.</summary>
    public async Task<IReadOnlyList<byte[]>> VerifyAsync(
        RunningServer server, PictureHost pictures, CancellationToken cancel)
    {
        using var client = server.Connect();
        var state = new TranscriptState(server, pictures);
        var answers = new List<string>();
        foreach (var (request, _) in _exchanges)
        {
            using var message = new TranscriptRequest(request, state).ToMessage();
            using var response = await client.SendAsync(message, cancel);
            answers.Add(await TranscriptAnswer.DescribeAsync(response, state, client, cancel));
        }

        if (Update)
        {
            var parts = _exchanges.Zip(answers, (exchange, answer) => exchange.Request + AnswerMark + answer);
            var text = _preface + (_preface.Length > 0 ? "\n\n" : "") + string.Join(NextMark, parts) + "\n";
            await File.WriteAllTextAsync(_path, text, cancel);
            return state.Results;
        }

        Assert.Equal(_exchanges.Select(exchange => exchange.Promised), answers);
        return state.Results;
    }

    private static (string Request, string Promised) Split(string exchange)
    {
        var cut = exchange.IndexOf(AnswerMark, StringComparison.Ordinal);
        return cut < 0 ? (exchange.Trim('\n'), "") : (exchange[..cut].Trim('\n'), exchange[(cut + 5)..].Trim('\n'));
    }
}

/// <summary>What a transcript refers to: keys of its own, pictures of other people, ids of earlier answers.</summary>
internal sealed class TranscriptState(RunningServer server, PictureHost pictures)
{
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    public PictureHost Pictures { get; } = pictures;

    /// <summary>The pictures in the answers so far, in order.</summary>
    public List<byte[]> Results { get; } = [];

    /// <summary>Ids in the answers so far, in order.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>
    /// A key by its kind: <c>""</c> with 100 credits, <c>poor</c> with none, <c>slow</c> with two requests a minute,
    /// any other word a key with 100 credits that is not the first.
    /// </summary>
    public string Key(string kind)
    {
        if (!_keys.TryGetValue(kind, out var key))
        {
            var name = $"{kind}-{Guid.CreateVersion7()}";
            key = _keys[kind] = kind switch
            {
                "poor" => server.MakeKey(name, credits: 0),
                "slow" => server.MakeKey(name, ratePerMinute: 2),
                _ => server.MakeKey(name),
            };
        }

        return key;
    }
}
