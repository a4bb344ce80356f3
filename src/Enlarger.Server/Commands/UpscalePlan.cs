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

    public static UpscalePlan Make(UpscaleRequest request)
    {
        if (request.Inputs.Contains(Dash, StringComparer.Ordinal) || request.Output == Dash)
        {
            return MakeForStreams(request);
        }

        var severalInputs = request.Inputs.Count > 1
            || request.Inputs.Any(input => Directory.Exists(input) || InputFiles.IsPattern(input));
        var toFolder = request.Output is { } output
            && (severalInputs || Directory.Exists(output) || Path.EndsInDirectorySeparator(output));
        if (toFolder && File.Exists(request.Output))
        {
            throw Wrong($"-o {request.Output} is a file, and several inputs need a folder.");
        }

        var folder = toFolder ? Path.TrimEndingDirectorySeparator(request.Output!) : null;
        var notSearched = folder is null ? null : Path.GetFullPath(folder);
        var found = InputFiles.Find(request.Inputs, request.Recursive, notSearched);
        var items = found.Files.Select(file => MakeItem(request, file, folder)).ToList();
        Collisions.Refuse(
            [.. items.Select(item => (item.Input, item.Output))], request.Force, UpscaleCommand.CommandPath);
        items.ForEach(item => RefuseSpecialTarget(item.Output, request.Force));
        return new UpscalePlan(items, found.Faults, found.LeftOut);
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

            RefuseSpecialTarget(output, request.Force);
            return new UpscalePlan([new UpscaleItem(Dash, output, FormatFor(request, output))], []);
        }

        var found = InputFiles.Find([input], request.Recursive, outputFolder: "");
        if (found.Files.Count > 1)
        {
            throw Wrong("Standard input or output takes one picture, not several.");
        }

        var items = found.Files.Select(file => new UpscaleItem(file.Path, Dash, request.Options.Format));
        return new UpscalePlan([.. items], found.Faults);
    }

    private static UpscaleItem MakeItem(UpscaleRequest request, InputFile file, string? folder)
    {
        if (folder is null && request.Output is { } output)
        {
            return new UpscaleItem(file.Path, output, FormatFor(request, output));
        }

        var extension = request.Options.Format is { } format && ImageFormats.Find(ExtensionOf(file)) != format
            ? format.Extension()
            : ExtensionOf(file);
        var place = folder is null
            ? Path.ChangeExtension(file.Path, null) + request.Suffix + extension
            : Path.Combine(folder, Path.ChangeExtension(file.Relative, null) + extension);
        return new UpscaleItem(file.Path, place, request.Options.Format);
    }

    private static string ExtensionOf(InputFile file) => Path.GetExtension(file.Path);

    // The extension chooses the format, unless -f does.
    private static ImageFormat? FormatFor(UpscaleRequest request, string output)
    {
        var extension = Path.GetExtension(output);
        if (request.Options.Format is { } format || output == Dash || extension.Length == 0)
        {
            return request.Options.Format;
        }

        return ImageFormats.Find(extension)
            ?? throw Wrong(
                $"{output} ends in no format that can be written: {FormatNames.List}.");
    }

    private static void RefuseSpecialTarget(string output, bool force)
    {
        if (output == Dash)
        {
            return;
        }

        if (Directory.Exists(output))
        {
            throw Wrong($"{output} is a folder, so that no result can have that name.");
        }

        if (force && IsSpecial(output))
        {
            throw Wrong($"{output} is a pipe or a device, which a result would replace; use -o - and a redirection.");
        }
    }

    // .NET does not tell kinds of files apart. A special one reports no length, and cannot be cut to none, which
    // changes nothing of an empty file.
    private static bool IsSpecial(string path)
    {
        if (OperatingSystem.IsWindows() || new FileInfo(path) is not { Exists: true, Length: 0 })
        {
            return false;
        }

        try
        {
            // To open a pipe only for reading or only for writing waits for the other side.
            using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            file.SetLength(0);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // What is protected from writing can nevertheless be replaced.
            return false;
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            return true;
        }
    }

    private static UsageException Wrong(string message) => new(message, UpscaleCommand.CommandPath);
}
