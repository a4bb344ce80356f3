namespace Enlarger.Server.Commands;

/// <summary>The command line asks for something that cannot be; the message is a sentence.</summary>
internal sealed class UsageException(string message, string commandPath) : Exception(message)
{
    /// <summary>The command whose help explains it.</summary>
    public string CommandPath { get; } = commandPath;
}
