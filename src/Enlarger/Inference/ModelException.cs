namespace Enlarger.Inference;

/// <summary>
/// A model is unknown, unreadable or cannot do what was asked; the message is a sentence for its user.
/// </summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
