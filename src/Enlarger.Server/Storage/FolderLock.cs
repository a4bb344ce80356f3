namespace Enlarger.Server.Storage;

/// <summary>The right to be the one server of a data folder. The system takes it from a process that dies.</summary>
internal sealed class FolderLock(FileStream file) : IDisposable
{
    public void Dispose() => file.Dispose();
}
