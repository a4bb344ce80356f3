using System.CommandLine;
using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger reduce</c>: makes test pictures as the papers do.</summary>
internal static class ReduceCommand
{
    public const string Examples = """
        Examples:
          enlarger reduce original.png -o small.png -s 4
          enlarger upscale small.png -o enlarged.png -s 4
          enlarger compare original.png enlarged.png --crop 4
          enlarger reduce originals -o small -s 4 --crop-output references    all pictures of a folder, into others

        Columns at the right and rows at the bottom are left out until both sides divide by the scale; --crop-output
        saves the part that is left, to compare with. The kernel is that of MATLAB's imresize, "bicubic".
        """;

    private const string CommandPath = "enlarger reduce";

    // A factor beyond this leaves a few pixels of any picture.
    private const int FactorMax = 64;

    public static Command Make(ConsoleStreams streams)
    {
        var input = new Argument<string>("INPUT") { Description = "The picture to reduce, or a folder of them." };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the small picture goes; the extension chooses the format. A folder for a folder.",
            HelpName = "PATH",
            Required = true,
        };
        var cropOutput = new Option<string?>("--crop-output")
        {
            Description = "Also save the part of the input that was reduced.",
            HelpName = "PATH",
        };
        var scale = new Option<int>("--scale", "-s")
        {
            Description = "Times smaller on each side.",
            HelpName = "N",
            DefaultValueFactory = _ => 4,
        };
        var force = new Option<bool>("--force") { Description = "Overwrite what is there." };
        var command = new Command("reduce", "Make a small test picture, as the papers do (MATLAB bicubic, 8 bit).")
        {
            input, output, cropOutput, scale, force,
        };
        command.SetAction((result, cancel) =>
        {
            var places = (result.GetRequiredValue(output), result.GetValue(cropOutput));
            var pictures = Pictures(result.GetRequiredValue(input), places).ToList();
            Collisions.Refuse(Files(pictures).ToList(), otherInputs: true, CommandPath);
            foreach (var (path, small, cropped) in pictures)
            {
                Reduce(path, small, cropped, result.GetValue(scale), result.GetValue(force), cancel);
                streams.Out.WriteLine(small);
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    // Pictures of a folder keep their names, and so their formats.
    private static IEnumerable<(string Path, string Output, string? CropOutput)> Pictures(
        string input, (string Small, string? Cropped) outputs) =>
        Directory.Exists(input)
            ? PictureFolder.Names(input).Select(name => (
                Path.Combine(input, name),
                Path.Combine(outputs.Small, name),
                outputs.Cropped is { } folder ? Path.Combine(folder, name) : null))
            : [(input, outputs.Small, outputs.Cropped)];

    private static IEnumerable<(string Input, string Output)> Files(
        IEnumerable<(string Path, string Output, string? CropOutput)> pictures)
    {
        foreach (var (path, output, cropOutput) in pictures)
        {
            yield return (path, output);
            if (cropOutput is not null)
            {
                yield return (path, cropOutput);
            }
        }
    }

    private static void Reduce(
        string input, string output, string? cropOutput, int factor, bool force, CancellationToken cancel)
    {
        if (factor is < 1 or > FactorMax)
        {
            throw new UsageException($"--scale must be a whole number from 1 to {FactorMax}.", CommandPath);
        }

        var format = FormatOf(output);
        var cropFormat = cropOutput is null ? format : FormatOf(cropOutput);
        var image = PictureFile.Read(input, cancel).Image;
        if (Math.Min(image.Width, image.Height) < factor)
        {
            throw new CommandException(
                $"{input} is {image.Width}x{image.Height}, too small to become {factor} times smaller.");
        }

        PictureFile.Write(output, Resampling.Reduce(image, factor), format, force, cancel);
        if (cropOutput is not null)
        {
            PictureFile.Write(cropOutput, Resampling.CropToMultiple(image, factor), cropFormat, force, cancel);
        }
    }

    private static ImageFormat FormatOf(string path) =>
        ImageFormats.Find(Path.GetExtension(path))
        ?? throw new UsageException(
            $"The name {path} must end in a format: {FormatNames.List}.", CommandPath);
}
