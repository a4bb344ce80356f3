using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger upscale</c>: enlarges files, folders and patterns.</summary>
internal sealed class UpscaleCommand : Command
{
    public const string CommandPath = "enlarger upscale";

    public const string Examples = """
        Examples:
          enlarger upscale photo.jpg                          writes photo@4x.jpg beside it
          enlarger upscale photo.jpg -o big.png -s 2          the extension chooses the format
          enlarger upscale photos -o large --recursive        a folder and those in it, into another
          enlarger upscale '*.png' --size 1920x               1920 pixels wide, as high as that makes it
          enlarger upscale photo.jpg --size 1920x1080 --fit cover
                                                              exactly that, with the edges cut off where it must be
          enlarger upscale photo.jpg --print 30x20cm          for paper, at 300 dots an inch; or --dpi 240
          enlarger upscale photo.jpg --megapixels 12 --max-bytes 2M
          enlarger upscale - -o - < small.jpg > big.jpg       in a pipe
          enlarger upscale old.jpg -s 1 --restore             the same size, without JPEG blocks and noise
          enlarger upscale photo.jpg --enhance -s 1           the same size, crisper and cleaner
          enlarger upscale photo.jpg --enhance --prompt gold  in a style

        The path of each result is printed when it is finished, so not always in the order of the inputs. A result
        that is there already is skipped, so that a batch that was stopped goes on where it stopped. A result has the
        format of its picture, and the extension of that format, unless -f or the name after -o says another.
        Exit code: 0 all done, 1 something failed, 2 wrong usage, 130 stopped by Ctrl-C.
        """;

    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Description = "Pictures, folders of pictures, patterns such as '*.png', or - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description =
            "A file, a folder (it exists, ends in a separator, or there are several inputs), or - for standard output.",
        HelpName = "PATH",
    };

    private readonly SizeOptions _sizes = new();

    private readonly Option<ImageFormat?> _format = new("--format", "-f")
    {
        Description = $"The format of the results: {FormatNames.List}.",
        HelpName = "FORMAT",
        CustomParser = ParseFormat,
    };

    private readonly Option<int?> _quality = SharedOptions.Ranged(
        "--quality", "-q", "Quality of JPEG, WebP and AVIF, 1 to 100.", 1, 100);

    private readonly Option<long?> _bytesMax = ByteCount.Option(
        "--max-bytes", "The largest allowed file, such as 500K or 2M; uses the highest quality that fits.");

    private readonly Option<string> _model = SharedOptions.Model(new EnlargeOptions().Model);
    private readonly Option<double?> _restore = SharedOptions.Part(
        "--restore",
        "Remove JPEG blocks, noise and blur first, 0 to 1; 1 without a number. By default auto decides.",
        bare: 1);

    private readonly Option<int?> _threads = SharedOptions.Threads();
    private readonly Option<bool> _strip = Flag("--strip", "Leave out EXIF, XMP, IPTC and density.");
    private readonly EnhancementOptions _enhancement = new();
    private readonly Option<bool> _json = Flag("--json", "Print one JSON object per line for each picture.");
    private readonly Option<bool> _quiet = Flag("--quiet", "Print nothing but results and errors.");
    private readonly Option<bool> _force = Flag("--force", "Overwrite existing results.");
    private readonly Option<bool> _recursive = Flag("--recursive", "Include subfolders.");

    public UpscaleCommand(ConsoleStreams streams, ModelStore models)
        : base("upscale", "Enlarge pictures.")
    {
        _model.CompletionSources.Add(_ => ModelsCommand.Names(models));
        _format.CompletionSources.Clear();
        _format.CompletionSources.Add(
            _ => ImageFormats.All.Select(format => new CompletionItem(FormatNames.Of(format))));
        Arguments.Add(_inputs);
        foreach (var option in (Option[])
        [
            _output, .. _sizes.All, _model, _restore, _format, _quality, _bytesMax, .. _enhancement.All, _threads,
            _strip, _json, _quiet, _force, _recursive,
        ])
        {
            Options.Add(option);
        }

        Validators.Add(result =>
        {
            if (result.GetValue(_output) is "")
            {
                result.AddError("-o needs a path.");
            }

            _sizes.Validate(result);
            _enhancement.Validate(result);
        });
        SetAction((result, cancel) => RunAsync(ReadRequest(result), streams, models, cancel));
    }

    private static async Task<int> RunAsync(
        UpscaleRequest request, ConsoleStreams streams, ModelStore models, CancellationToken cancel)
    {
        var model = ModelsCommand.Get(models, request.Options.Model, CommandPath);
        if (model.IsRestorer && request.Options is { Size: null, Megapixels: null, Scale: > 1 })
        {
            throw new UsageException(
                $"The model {model.Name} keeps the size of a picture: use it with -s 1, or use --restore instead, "
                + "which restores and then enlarges.",
                CommandPath);
        }

        var plan = UpscalePlan.Make(request);
        await using var display = streams.Interactive && !request.Quiet && plan.Items.Count > 0
            ? await BarDisplay.StartAsync(streams, plan.Items.Count)
            : new PlainDisplay(streams, request.Quiet);
        var run = new UpscaleRun(request, new ImageEnlarger(models), display, streams);
        return await run.RunAsync(plan, cancel);
    }

    private UpscaleRequest ReadRequest(ParseResult result) => new()
    {
        Inputs = ReadInputs(result),
        Output = result.GetValue(_output),
        Json = result.GetValue(_json),
        Quiet = result.GetValue(_quiet),
        Force = result.GetValue(_force),
        Recursive = result.GetValue(_recursive),
        Suffix = _sizes.NameSuffix(result) + (_enhancement.Read(result) is null ? "" : "-enhanced"),
        Options = _sizes.Apply(result, new EnlargeOptions
        {
            Model = result.GetRequiredValue(_model),
            Restore = result.GetValue(_restore),
            Format = result.GetValue(_format),
            Quality = result.GetValue(_quality),
            BytesMax = result.GetValue(_bytesMax),
            Strip = result.GetValue(_strip),
            Threads = result.GetValue(_threads) ?? 0,
            Enhance = _enhancement.Read(result),
        }),
    };

    // An option that is not known would otherwise be taken for the name of a picture. After -- there are names only.
    private string[] ReadInputs(ParseResult result)
    {
        var inputs = result.GetRequiredValue(_inputs);
        var namesOnly = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        if (inputs.SkipLast(namesOnly).FirstOrDefault(IsUnknownOption) is { } unknown)
        {
            throw new UsageException($"There is no option {unknown}.", CommandPath);
        }

        return inputs;
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static bool IsUnknownOption(string input) =>
        input.StartsWith('-') && input != UpscalePlan.Dash && !Path.Exists(input);

    private static ImageFormat? ParseFormat(ArgumentResult result)
    {
        var format = ImageFormats.Find(result.Tokens[0].Value);
        if (format is null)
        {
            result.AddError($"--format must be one of {FormatNames.List}.");
        }

        return format;
    }
}
