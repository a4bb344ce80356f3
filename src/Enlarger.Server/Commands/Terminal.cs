namespace Enlarger.Server.Commands;

/// <summary>Where a command reads and writes: results on <see cref="Out"/>, talk on <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    /// <summary>Pictures come in here when the input is <c>-</c>.</summary>
    public required Stream Input { get; init; }

    /// <summary>Pictures go out here when the output is <c>-</c>.</summary>
    public required Stream Output { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>A person watches <see cref="Error"/>, so that a line may be drawn over.</summary>
    public bool Interactive { get; init; }

    /// <summary>The same for <see cref="Out"/>: results would be written across what is drawn.</summary>
    public bool OutInteractive { get; init; }

    public static Terminal OfThisProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = Console.OpenStandardOutput(),
        Out = Console.Out,
        Error = Console.Error,
        OutInteractive = !Console.IsOutputRedirected,
        Interactive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb",
    };
}
