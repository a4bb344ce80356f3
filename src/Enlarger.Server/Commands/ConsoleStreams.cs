namespace Enlarger.Server.Commands;

/// <summary>Where a command reads and writes: results on <see cref="Out"/>, messages on <see cref="Error"/>.</summary>
internal sealed class ConsoleStreams
{
    /// <summary>Pictures come in here when the input is <c>-</c>.</summary>
    public required Stream Input { get; init; }

    /// <summary>Pictures go out here when the output is <c>-</c>.</summary>
    public required Stream Output { get; init; }

    /// <summary>
    /// Results. One that cannot be written is a <see cref="CommandException"/>; one that nobody reads any more, because
    /// the other end of a pipe is closed, is not.
    /// </summary>
    public required TextWriter Out { get; init; }

    /// <summary>Messages. Those that cannot be written are lost, and change nothing about how a command ends.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>A person watches <see cref="Error"/>, so that a line may be drawn over.</summary>
    public bool Interactive { get; init; }

    /// <summary>The same for <see cref="Out"/>: results would be written across what is drawn.</summary>
    public bool OutInteractive { get; init; }

    /// <summary>
    /// The standard streams of this process, any of which may be closed or full. Afterwards <see cref="Console"/>
    /// writes to the same, as a logger does.
    /// </summary>
    public static ConsoleStreams OfThisProcess()
    {
        var (input, output, error) = StandardStreams.Check();
        Console.SetOut(new GuardedWriter(
            output ? Console.Out : new StreamWriter(new ClosedStream()) { AutoFlush = true },
            reason => throw Unprintable(reason)));
        Console.SetError(new GuardedWriter(error ? Console.Error : TextWriter.Null, _ => { }));
        return new ConsoleStreams
        {
            Input = input ? Console.OpenStandardInput() : new ClosedStream(),
            Output = output ? Console.OpenStandardOutput() : new ClosedStream(),
            Out = Console.Out,
            Error = Console.Error,
            OutInteractive = output && !Console.IsOutputRedirected,
            Interactive = error
                && !Console.IsErrorRedirected
                && Environment.GetEnvironmentVariable("TERM") != "dumb",
        };
    }

    /// <summary>What to say where standard output refused a result.</summary>
    public static CommandException Unprintable(Exception error) =>
        new($"Standard output cannot be written: {ErrorMessages.Reason(error)}.");
}
