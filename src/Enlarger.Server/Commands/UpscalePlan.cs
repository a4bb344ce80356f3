using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>Decides before anything starts which picture goes where.</summary>
/// <param name="Items">The pictures, in the order of the command line.</param>
/// <param name="Faults">The inputs that hold no picture.</param>
/// <param name="LeftOut">How many pictures were left out because they are named like results.</param>
internal sealed record UpscalePlan(
    IReadOnlyList<UpscaleItem> Items, IReadOnlyList<InputFault> Faults, int LeftOut = 0)
{
    /// <summary>Standard input, or standard output.</summary>
    public const string Dash = "-";

    /// <summary>What was left out because it is of kinds that are not read.</summary>
    public IReadOnlyList<UnreadPictures> Unread { get; private init; } = [];

    public static UpscalePlan Make(UpscaleRequest request)
    {
        request = request with
        {
            Inputs = [.. request.Inputs.Select(input => SpecialFiles.IsStandardInput(input) ? Dash : input)],
            Output = request.Output is { } path && SpecialFiles.IsStandardOutput(path) ? Dash : request.Output,
        };
        if (request.Options.Format is { } format)
        {
            CheckQuality(request, format);
        }

        if (request.Output is { } output && output != Dash && InputFiles.NameFault(output) is not null)
        {
            throw Wrong($"-o {output} is not valid UTF-8.");
        }

        if (request.Inputs.Contains(Dash, StringComparer.Ordinal) || request.Output == Dash)
        {
            return MakeForStreams(request);
        }

        var folder = FolderOf(request);
        var notSearched = folder is null ? null : Path.GetFullPath(folder);
        var found = InputFiles.Find(request.Inputs, request.Recursive, notSearched);
        var items = found.Files.Select(file => MakeItem(request, file, folder)).ToList();
        Collisions.Refuse(
            [.. items.Select(item => (item.Input, item.Output))], request.Force, UpscaleCommand.CommandPath);
        items.ForEach(item => RefuseFolder(item.Output));
        return new UpscalePlan(items, found.Faults, found.LeftOut) { Unread = found.Unread };
    }

    // The folder of the results, or null where they go beside the inputs, or into the one file that is named.
    private static string? FolderOf(UpscaleRequest request)
    {
        if (request.Output is not { } output)
        {
            return null;
        }

        var severalInputs = request.Inputs.Count > 1
            || request.Inputs.Any(input => Directory.Exists(input) || InputFiles.IsPattern(input));
        var isFolder = Directory.Exists(output) || Path.EndsInDirectorySeparator(output);
        if (!severalInputs && !isFolder)
        {
            return null;
        }

        if (File.Exists(output))
        {
            throw Wrong($"-o {output} is a file, and several inputs need a folder.");
        }

        if (!isFolder && (InputFiles.IsPicture(output) || PictureKinds.FindUnread(output) is not null))
        {
            throw Wrong(
                $"-o {output} names one picture, and there may be several; name a folder, or write {output}/ "
                + "if it is to be called so.");
        }

        return Path.TrimEndingDirectorySeparator(output);
    }

    private static UpscalePlan MakeForStreams(UpscaleRequest request)
    {
        if (request.Inputs is not [var input])
        {
            throw Wrong("Standard input or output takes one picture, not several.");
        }

        if (request.Output is not { } output)
        {
            throw Wrong("A picture from standard input needs -o, a file or - for standard output.");
        }

        if (output == Dash && request.Json)
        {
            throw Wrong("--json and the picture cannot both go to standard output.");
        }

        if (input == Dash)
        {
            if (Path.EndsInDirectorySeparator(output) || Directory.Exists(output))
            {
                throw Wrong($"-o {output} is a folder, and a picture from standard input needs the name of a file.");
            }

            return new UpscalePlan([MakeItem(request, Dash, output)], []);
        }

        var found = InputFiles.Find([input], request.Recursive, outputFolder: "");
        if (found.Files.Count > 1)
        {
            throw Wrong("Standard input or output takes one picture, not several.");
        }

        var items = found.Files.Select(file => new UpscaleItem(file.Path, Dash, request.Options.Format));
        return new UpscalePlan([.. items], found.Faults) { Unread = found.Unread };
    }

    private static UpscaleItem MakeItem(UpscaleRequest request, string input, string output) =>
        new(input, output, FormatFor(request, output)) { ToSpecialFile = SpecialFiles.IsSpecial(output) };

    private static UpscaleItem MakeItem(UpscaleRequest request, InputFile file, string? folder)
    {
        if (folder is null && request.Output is { } output)
        {
            return MakeItem(request, file.Path, output);
        }

        if (folder is null && SpecialFiles.IsSpecial(file.Path))
        {
            throw Wrong($"{file.Path} is a pipe or a device, so that its result needs -o.");
        }

        var extension = Path.GetExtension(file.Path);
        var format = request.Options.Format ?? FormatOf(file.Path);
        var isRenamed = format is not null && ImageFormats.Find(extension) != format;
        if (isRenamed)
        {
            extension = format!.Value.Extension();
        }

        var place = folder is null
            ? Path.ChangeExtension(file.Path, null) + request.Suffix + extension
            : Path.Combine(folder, Path.ChangeExtension(file.Relative, null) + extension);
        // A file that is another one by now must not get the name that belongs to this one's format.
        return new UpscaleItem(file.Path, place, format)
        {
            Notes = isRenamed && request.Options.Format is null
                ? [$"The file holds {format!.Value.DisplayName()}, so that the name of the result ends in {extension}."]
                : [],
        };
    }

    // What the file holds, whatever it is called; null where that is for the reading to find out.
    private static ImageFormat? FormatOf(string path)
    {
        // As many as the signatures of all formats have, and the brands of AVIF.
        const int StartBytes = 1024;
        try
        {
            // Neither pipes nor devices have a length, and what is read from them is gone.
            if (new FileInfo(path).Length == 0 || SpecialFiles.IsOfSystem(path))
            {
                return null;
            }

            using var file = File.OpenRead(path);
            var start = new byte[StartBytes];
            var count = file.ReadAtLeast(start, StartBytes, throwOnEndOfStream: false);
            return ImageReader.Identify(start.AsSpan(0, count));
        }
        catch (Exception error) when (error is ImageException || ErrorMessages.IsOfFileSystem(error))
        {
            return null;
        }
    }

    // The extension chooses the format, unless there is none or -f says what it is.
    private static ImageFormat? FormatFor(UpscaleRequest request, string output)
    {
        RefuseFolder(output);
        var extension = Path.GetExtension(output);
        var named = extension.Length == 0 ? null : ImageFormats.Find(extension);
        if (request.Options.Format is { } format)
        {
            return named is null || named == format || output == Dash
                ? CheckQuality(request, format)
                : throw Wrong(
                    $"-f {FormatNames.Of(format)} and the name {output} contradict each other; leave out -f, or let "
                    + $"the name end in {format.Extension()}.");
        }

        if (output == Dash || extension.Length == 0)
        {
            return null;
        }

        return named is { } known
            ? CheckQuality(request, known)
            : throw Wrong($"{output} ends in no format that can be written: {FormatNames.List}.");
    }

    // What has no effect on any result is a mistake; of a folder, it may have one on some pictures.
    private static ImageFormat CheckQuality(UpscaleRequest request, ImageFormat format)
    {
        var option = request.Options.BytesMax is not null ? "--max-bytes"
            : request.Options.Quality is not null ? "-q"
            : null;
        return option is null || format.HasQuality()
            ? format
            : throw Wrong($"{option} is for JPEG, WebP and AVIF; {format.DisplayName()} has no quality to choose.");
    }

    private static void RefuseFolder(string output)
    {
        if (output != Dash && Directory.Exists(output))
        {
            throw Wrong($"{output} is a folder, so that no result can have that name.");
        }
    }

    private static UsageException Wrong(string message) => new(message, UpscaleCommand.CommandPath);
}
