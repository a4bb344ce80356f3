namespace Enlarger.Server.Commands;

/// <summary>A command cannot do what it was asked; the message is a sentence that says what and where.</summary>
internal sealed class CommandException(string message) : Exception(message);
