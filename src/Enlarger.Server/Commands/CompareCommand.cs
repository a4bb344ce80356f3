using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger compare</c>: how close pictures are to their references.</summary>
internal static class CompareCommand
{
    public const string Examples = """
        Examples:
          enlarger compare original.png enlarged.png
          enlarger compare original.png enlarged.png --crop 4 --json    as the papers do for a scale of 4
          enlarger compare originals enlarged --crop 4    two folders: pictures of the same name, and their mean

        PSNR (decibels) and SSIM are measured on luma, 16 + 65.481 R + 128.553 G + 24.966 B, and PSNR also on RGB.
        The samples are compared as they are stored: alpha and colour profiles are not looked at.
        """;

    public static Command Make(ConsoleStreams streams)
    {
        var reference = new Argument<string>("REFERENCE")
        {
            Description = "The picture as it should be, or a folder of them.",
        };
        var image = new Argument<string>("IMAGE")
        {
            Description = "The picture to measure, of the same size, or a folder.",
        };
        var crop = new Option<int>("--crop") { Description = "Pixels at each edge to ignore.", HelpName = "N" };
        crop.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value.StartsWith('-'))
            {
                result.AddError("--crop must be 0 or more.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Print the figures as lines of JSON." };
        var command = new Command("compare", "Measure how close a picture is to a reference: PSNR and SSIM.")
        {
            reference, image, crop, json,
        };
        command.SetAction((result, cancel) =>
        {
            var reports = CompareAll(
                streams,
                result.GetRequiredValue(reference),
                result.GetRequiredValue(image),
                result.GetValue(crop),
                cancel);
            foreach (var report in reports)
            {
                streams.Out.WriteLine(result.GetValue(json) ? CommandJson.Line(report) : report.ToLines());
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static IEnumerable<CompareReport> CompareAll(
        ConsoleStreams streams, string reference, string image, int crop, CancellationToken cancel)
    {
        if (!Directory.Exists(reference))
        {
            yield return Compare(streams, reference, image, crop, cancel);
            yield break;
        }

        var reports = new List<CompareReport>();
        foreach (var name in PictureFolder.Names(reference))
        {
            var pair = Compare(streams, Path.Combine(reference, name), Path.Combine(image, name), crop, cancel);
            reports.Add(pair with { File = name });
            yield return reports[^1];
        }

        yield return CompareReport.Mean(reports);
    }

    private static CompareReport Compare(
        ConsoleStreams streams, string reference, string image, int crop, CancellationToken cancel)
    {
        var expected = PictureFile.Read(reference, cancel).Image;
        var actual = PictureFile.Read(image, cancel).Image;
        if (expected.Width != actual.Width || expected.Height != actual.Height)
        {
            throw new CommandException(
                $"{reference} is {expected.Width}x{expected.Height}, {image} is {actual.Width}x{actual.Height}; " +
                "only pictures of the same size can be compared.");
        }

        if (Math.Min(expected.Width, expected.Height) <= 2L * crop)
        {
            throw new CommandException(
                $"A crop of {crop} leaves nothing of {expected.Width}x{expected.Height} pixels.");
        }

        if (expected.Layout.HasAlpha || actual.Layout.HasAlpha)
        {
            streams.Error.WriteLine("Transparency is not compared.");
        }

        var side = Math.Min(expected.Width, expected.Height) - (2 * crop);
        return new CompareReport(
            FiniteOrNull(ImageQuality.Psnr(expected, actual, crop)),
            side < ImageQuality.SsimWindow ? null : ImageQuality.Ssim(expected, actual, crop),
            FiniteOrNull(ImageQuality.PsnrRgb(expected, actual, crop)),
            crop);
    }

    private static double? FiniteOrNull(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>The figures of a comparison.</summary>
/// <param name="PsnrY">Decibels on luma; null, because JSON has no infinity, where no luma differs.</param>
/// <param name="SsimY">Structural similarity on luma; null for a picture smaller than its window.</param>
/// <param name="PsnrRgb">Decibels on red, green and blue; null where nothing differs.</param>
/// <param name="Crop">Pixels at each edge that were left out.</param>
internal sealed record CompareReport(double? PsnrY, double? SsimY, double? PsnrRgb, int Crop)
{
    /// <summary>The picture's name where there are several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    /// <summary>Of how many pictures these are the means.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Pictures { get; init; }

    /// <summary>The means, as papers state them; null where one of the pictures has no figure.</summary>
    public static CompareReport Mean(IReadOnlyCollection<CompareReport> reports)
    {
        // A sum with null is null.
        double? Of(Func<CompareReport, double?> figure) =>
            reports.Aggregate((double?)0, (sum, report) => sum + figure(report)) / reports.Count;

        return new CompareReport(
            Of(report => report.PsnrY),
            Of(report => report.SsimY),
            Of(report => report.PsnrRgb),
            reports.First().Crop)
        {
            Pictures = reports.Count,
        };
    }

    public string ToLines() => File is null && Pictures is null
        ? $"""
        PSNR luma  {Decibels(PsnrY)}
        SSIM luma  {Similarity}
        PSNR RGB   {Decibels(PsnrRgb)}
        """
        : $"{File ?? $"mean of {Pictures}"}: "
            + $"PSNR luma {Decibels(PsnrY)}, SSIM luma {Similarity}, PSNR RGB {Decibels(PsnrRgb)}";

    private string Similarity => SsimY?.ToString("F4", CultureInfo.InvariantCulture)
        ?? (Pictures is null ? "too small" : "no mean, since one is too small");

    private string Decibels(double? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:F2} dB")
        : Pictures is null ? "no difference"
        : "no mean, since one does not differ";
}
