using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Enlarger.Imaging;
using Enlarger.Models;
using Enlarger.Server.Commands;
using Enlarger.Tests.Commands;

namespace Enlarger.Tests.FirstContact;

/// <summary>The commands of the documents as they stand, run by the program that <c>./enlarger</c> builds.</summary>
/// <remarks>A line that is added to a document is run without a change here.</remarks>
public sealed partial class DocumentedCommandTests
{
    public static TheoryData<string, string> Upscales { get; } =
        Rows(line => line.Command == "upscale" && !line.Text.Contains("--help", StringComparison.Ordinal));

    public static TheoryData<string, string> Others { get; } =
        Rows(line => line.Command is not (null or "upscale" or "serve" or "keys")
            || line.Text.Contains("--help", StringComparison.Ordinal));

    [Fact]
    public void Every_line_is_run_or_left_out_for_a_reason()
    {
        var unknown = DocumentedLine.All.Where(line =>
            line is { Command: null, IsOfSession: false, LeftOut: null });
        Assert.Empty(unknown);
        foreach (var line in DocumentedLine.All.Where(line => line.LeftOut is not null))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{line}: {line.LeftOut}");
        }
    }

    [Theory, MemberData(nameof(Upscales))]
    public async Task An_enlarging_line_gives_the_picture_that_it_names(string document, string text)
    {
        _ = document;
        var line = UpscaleLine(text);
        using var folder = await NewcomerFolder.MakeAsync();
        await folder.PrepareAsync([.. Inputs(line, text), .. Values(line, "--model").Where(IsOnnx)]);
        var sources = Inputs(line, text).SelectMany(input => Sources(folder[input])).ToList();

        var (exitCode, output, error) = await folder.RunAsync(text);

        Assert.True(exitCode == 0, error);
        var results = Piped(text, '>') is { } piped
            ? [(Name: Piped(text, '<')!, Path: piped)]
            : output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(path => (Name: path, Path: path))
                .ToList();
        Assert.Equal(sources.Count, results.Count);
        foreach (var (name, path) in results)
        {
            var file = File.ReadAllBytes(folder[path]);
            var result = ExpectedPicture.Named(name, file);
            Assert.InRange(file.Length, 1, line.GetValue<long?>("--max-bytes") ?? long.MaxValue);
            var source = File.ReadAllBytes(sources.Count == 1
                ? sources[0]
                : sources.Single(from => path.Contains(
                    Path.GetFileNameWithoutExtension(from), StringComparison.Ordinal)));
            CheckSides(line, CommandRun.Read(source).Image, result.Image);
            if (ChangesPixels(line, text))
            {
                await ExpectedPicture.IsNotBicubicAsync(source, result);
            }
        }
    }

    [Theory, MemberData(nameof(Others))]
    public async Task Any_other_line_ends_well_and_prints_something(string document, string text)
    {
        _ = document;
        using var folder = await NewcomerFolder.MakeAsync();
        await folder.PrepareAsync(PictureName().Matches(text).Select(match => match.Value));

        var (exitCode, output, error) = await folder.RunAsync(text);

        Assert.True(exitCode == 0, error);
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task The_lines_about_keys_work_one_after_the_other()
    {
        var lines = DocumentedLine.All.Where(line => line.Command == "keys");
        foreach (var document in lines.GroupBy(line => line.Document))
        {
            using var folder = await NewcomerFolder.MakeAsync();

            var (exitCode, output, error) = await folder.RunAsync(
                string.Join('\n', document.Select(line => line.Text)));

            Assert.True(exitCode == 0, error);
            Assert.Matches("sk_[0-9a-f]{64}", output);
        }
    }

    private static TheoryData<string, string> Rows(Func<DocumentedLine, bool> which)
    {
        var rows = new TheoryData<string, string>();
        foreach (var line in DocumentedLine.All.Where(which).DistinctBy(line => line.Text))
        {
            rows.Add(line.Document, line.Text);
        }

        return rows;
    }

    // By the program's own grammar, so that an option that is added is understood.
    private static ParseResult UpscaleLine(string text) =>
        new UpscaleCommand(
            new ConsoleStreams
            {
                Input = Stream.Null,
                Output = Stream.Null,
                Out = TextWriter.Null,
                Error = TextWriter.Null,
            },
            new ModelStore())
            .Parse([.. CommandLineParser.SplitCommandLine(Redirection().Replace(text, "")).Skip(2)]);

    private static List<string> Values(ParseResult line, string name) =>
        [.. line.CommandResult.Children
            .Where(child => child is OptionResult { Implicit: false } option ? option.Option.Name == name
                : child is ArgumentResult argument && argument.Argument.Name == name)
            .SelectMany(child => child.Tokens.Select(token => token.Value))];

    private static IEnumerable<string> Inputs(ParseResult line, string text) =>
        Values(line, "INPUT").Select(input => input == "-" ? Piped(text, '<')! : input);

    private static IEnumerable<string> Sources(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path];

    private static string? Piped(string text, char direction) =>
        Redirection().Matches(text)
            .FirstOrDefault(match => match.Value.TrimStart()[0] == direction)?.Groups["file"].Value;

    private static bool IsOnnx(string model) => model.EndsWith(".onnx", StringComparison.Ordinal);

    private static void CheckSides(ParseResult line, PixelImage source, PixelImage result)
    {
        var fit = Values(line, "--fit") is [var named] ? named : null;
        if (Values(line, "--size") is [var size])
        {
            var sides = size.Split('x')
                .Select(side => side.Length == 0 ? 0 : int.Parse(side, CultureInfo.InvariantCulture)).ToList();
            ExpectedPicture.HasSize((sides[0], sides[1]), fit ?? "fill", source, result);
        }
        else if (Values(line, "--print") is [var print])
        {
            ExpectedPicture.HasPrintSize(print, Number(line, "--dpi") ?? 300, fit ?? "cover", source, result);
        }
        else if (Number(line, "--megapixels") is { } megapixels)
        {
            ExpectedPicture.HasMegapixels(megapixels, source, result);
        }
        else
        {
            ExpectedPicture.HasScale(Scale(line), source, result);
        }
    }

    private static double? Number(ParseResult line, string option) =>
        Values(line, option) is [var number] ? double.Parse(number, CultureInfo.InvariantCulture) : null;

    private static double Scale(ParseResult line) =>
        Values(line, "--scale") is [var scale]
            ? double.Parse(scale.TrimEnd('x'), CultureInfo.InvariantCulture)
            : new EnlargeOptions().Scale;

    // At its own size a clean picture stays as it is, unless more is asked for.
    private static bool ChangesPixels(ParseResult line, string text) =>
        Values(line, "--model") is not (["bicubic"] or ["lanczos"])
        && (Scale(line) > 1 || Values(line, "--size").Count > 0 || text.Contains("old", StringComparison.Ordinal)
            || text.Contains("--enhance", StringComparison.Ordinal)
            || text.Contains("--restore", StringComparison.Ordinal));

    [GeneratedRegex(@" [<>] *(?<file>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Redirection();

    [GeneratedRegex(@"[\w./-]+\.(jpe?g|png|webp|avif|tiff?|gif|bmp)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PictureName();
}
