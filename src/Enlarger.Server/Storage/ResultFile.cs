using Enlarger.Imaging;

namespace Enlarger.Server.Storage;

/// <summary>A result that is being written: whole and under its name, or not there.</summary>
internal sealed class ResultFile(string folder, string name, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>What the names of files end in that are being written.</summary>
    public const string PartExtension = ".part";

    private const int BufferBytes = 1 << 16;

    private string PartPath => Path.Combine(folder, name + PartExtension);

    private string FinalPath => Path.Combine(folder, name);

    private bool ForAnswerOnly => lifetime == TimeSpan.Zero;

    // Some encoders read what they wrote.
    public FileStream OpenWrite() =>
        new(PartPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);

    /// <summary>Gives the file, which is closed by now, its name. What the name stands for is whole.</summary>
    public StoredResult Keep(ImageFormat format)
    {
        long bytes;
        using (var file = File.OpenHandle(PartPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            bytes = RandomAccess.GetLength(file);
            if (!ForAnswerOnly)
            {
                // Before a row says that the result is there: after a power cut the name must not stand for an empty
                // file. The name itself may be lost by one, since .NET cannot flush a folder.
                RandomAccess.FlushToDisk(file);
            }
        }

        File.Move(PartPath, FinalPath);
        // It can be fetched from now on, however long it took.
        var now = time.GetUtcNow();
        return new StoredResult
        {
            Name = name,
            Path = FinalPath,
            Format = format,
            Bytes = bytes,
            Created = now,
            Expires = lifetime == Timeout.InfiniteTimeSpan ? null : now + lifetime,
            ForAnswerOnly = ForAnswerOnly,
        };
    }

    public void Discard()
    {
        File.Delete(PartPath);
        File.Delete(FinalPath);
    }
}
