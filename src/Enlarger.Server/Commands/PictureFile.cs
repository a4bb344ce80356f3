using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>Reads and writes whole pictures for the commands that measure.</summary>
internal static class PictureFile
{
    /// <exception cref="CommandException">The file cannot be read, or is no picture; the message names it.</exception>
    public static ReadImage Read(string path, CancellationToken cancel)
    {
        try
        {
            using var file = File.OpenRead(path);
            return ImageReader.Read(file, ImageLimits.Default, cancel);
        }
        catch (ImageException error)
        {
            throw new CommandException($"{path}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                InputFiles.NameFault(path) ?? $"{path} cannot be read: {ErrorMessages.Reason(error)}.");
        }
    }

    /// <exception cref="CommandException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, PixelImage image, ImageFormat format, bool force, CancellationToken cancel)
    {
        var folders = new OutputFolders();
        try
        {
            folders.RemoveLeftovers(path);
            using var file = OutputFile.Create(path, folders);
            ImageWriter.Write(
                image.Layout,
                image.Metadata,
                (y, samples) => image.Row(y).CopyTo(samples),
                file.Stream,
                new WriteOptions(format),
                cancel);
            file.Keep(force);
        }
        catch (ImageException error)
        {
            throw new CommandException($"{path}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {ErrorMessages.Reason(error)}.");
        }
        finally
        {
            folders.RemoveEmpty();
        }
    }
}
