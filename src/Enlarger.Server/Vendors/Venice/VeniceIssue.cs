namespace Enlarger.Server.Vendors.Venice;

/// <summary>
/// One thing that is wrong with a request, as zod 3 reports it: the vendor checks with that library and passes its
/// words on. What a kind of issue does not have is null.
/// </summary>
internal sealed record VeniceIssue
{
    // A caller's text is repeated as far as it is needed to recognise it.
    private const int EchoLengthMax = 100;

    // More unknown keys than this are no slip, and a body has room for a million.
    private const int KeysNamedMax = 20;

    public required string Code { get; init; }

    public string? Expected { get; init; }

    public string? Received { get; init; }

    public IReadOnlyList<string>? Options { get; init; }

    public IReadOnlyList<string>? Keys { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public string? Type { get; init; }

    public bool? Inclusive { get; init; }

    public bool? Exact { get; init; }

    public IReadOnlyList<VeniceUnionError>? UnionErrors { get; init; }

    public required IReadOnlyList<string> Path { get; init; }

    public required string Message { get; init; }

    public static VeniceIssue Missing(string field, string expected) => new()
    {
        Code = "invalid_type",
        Expected = expected,
        Received = "undefined",
        Path = [field],
        Message = "Required",
    };

    public static VeniceIssue WrongType(string field, string expected, string received) => new()
    {
        Code = "invalid_type",
        Expected = expected,
        Received = received,
        Path = [field],
        Message = $"Expected {expected}, received {received}",
    };

    public static VeniceIssue TooSmall(string field, double minimum) => new()
    {
        Code = "too_small",
        Minimum = minimum,
        Type = "number",
        Inclusive = true,
        Exact = false,
        Path = [field],
        Message = FormattableString.Invariant($"Number must be greater than or equal to {minimum}"),
    };

    public static VeniceIssue TooBig(string field, double maximum) => new()
    {
        Code = "too_big",
        Maximum = maximum,
        Type = "number",
        Inclusive = true,
        Exact = false,
        Path = [field],
        Message = FormattableString.Invariant($"Number must be less than or equal to {maximum}"),
    };

    public static VeniceIssue TooLong(string field, int maximum) => new()
    {
        Code = "too_big",
        Maximum = maximum,
        Type = "string",
        Inclusive = true,
        Exact = false,
        Path = [field],
        Message = FormattableString.Invariant($"String must contain at most {maximum} character(s)"),
    };

    public static VeniceIssue NotOneOf(string field, IReadOnlyList<string> options, string received) => new()
    {
        Code = "invalid_enum_value",
        Options = options,
        Received = Echo(received),
        Path = [field],
        Message = $"Invalid enum value. Expected {Quote(options, " | ")}, received '{Echo(received)}'",
    };

    /// <summary>None of the ways in which a value may be given fits; each says why.</summary>
    public static VeniceIssue NoneFits(string field, params VeniceIssue[] reasons) => new()
    {
        Code = "invalid_union",
        UnionErrors = [.. reasons.Select(reason => new VeniceUnionError([reason], "ZodError"))],
        Path = [field],
        Message = "Invalid input",
    };

    public static VeniceIssue Unrecognized(IEnumerable<string> keys)
    {
        var echoes = keys.Take(KeysNamedMax).Select(Echo).ToList();
        return new VeniceIssue
        {
            Code = "unrecognized_keys",
            Keys = echoes,
            Path = [],
            Message = $"Unrecognized key(s) in object: {Quote(echoes, ", ")}",
        };
    }

    /// <summary>A rule of the vendor's own; about the whole body where no field is given.</summary>
    public static VeniceIssue Custom(string? field, string message) => new()
    {
        Code = "custom",
        Path = field is null ? [] : [field],
        Message = message,
    };

    public static string Quote(IEnumerable<string> words, string separator) =>
        string.Join(separator, words.Select(word => $"'{word}'"));

    private static string Echo(string text) => text.Length <= EchoLengthMax ? text : text[..EchoLengthMax] + "...";
}

internal sealed record VeniceUnionError(IReadOnlyList<VeniceIssue> Issues, string Name);

/// <summary>Everything that is wrong with a request.</summary>
internal sealed class VeniceInvalidException(IReadOnlyList<VeniceIssue> issues)
    : FaultException(Fault.ParameterInvalid, issues[0].Message)
{
    public IReadOnlyList<VeniceIssue> Issues { get; } = issues;
}
