namespace Enlarger.Imaging;

/// <summary>Makes files for what is too large for the memory. They vanish with the process, however it ends.</summary>
internal static class ScratchFile
{
    /// <summary>Opens a new file in the temporary folder, to write and read.</summary>
    public static FileStream Create()
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose,
            });
        if (!OperatingSystem.IsWindows())
        {
            // Without a name, nothing is left of it where the process is killed. Windows sees to that itself.
            File.Delete(file.Name);
        }

        return file;
    }
}
