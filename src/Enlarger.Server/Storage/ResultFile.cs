using Enlarger.Imaging;

namespace Enlarger.Server.Storage;

/// <summary>A result that is being written: whole and under its name, or not there.</summary>
internal sealed class ResultFile(string folder, string name, TimeSpan lifetime, DateTimeOffset now)
{
    private string PartPath => Path.Combine(folder, name + ".part");

    private string FinalPath => Path.Combine(folder, name);

    public FileStream OpenWrite() => new(PartPath, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    public StoredResult Keep(ImageFormat format)
    {
        File.Move(PartPath, FinalPath);
        return new StoredResult
        {
            Name = name,
            Path = FinalPath,
            Format = format,
            Bytes = new FileInfo(FinalPath).Length,
            Created = now,
            Expires = lifetime == Timeout.InfiniteTimeSpan ? null : now + lifetime,
            ForAnswerOnly = lifetime == TimeSpan.Zero,
        };
    }

    public void Discard()
    {
        File.Delete(PartPath);
        File.Delete(FinalPath);
    }
}
