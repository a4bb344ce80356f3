using Enlarger.Imaging;

namespace Enlarger.Server.Storage;

/// <summary>A result in the data folder.</summary>
internal sealed class StoredResult : IDisposable
{
    /// <summary>The unguessable part of its address: 32 hexadecimal digits.</summary>
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required ImageFormat Format { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Null: for ever.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The result is for one answer alone: its file goes with it, and it has no address.</summary>
    public bool ForAnswerOnly { get; init; }

    /// <summary>Opens the file for an answer. Where it is for this answer alone, closing it deletes it.</summary>
    // Windows deletes an open file only if everyone who has it open agreed to that.
    public FileStream OpenRead() => new(
        Path,
        new FileStreamOptions
        {
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan
                | (ForAnswerOnly ? FileOptions.DeleteOnClose : FileOptions.None),
        });

    /// <summary>Deletes the file of an answer that did not come to be.</summary>
    public void Dispose()
    {
        if (ForAnswerOnly)
        {
            File.Delete(Path);
        }
    }
}
