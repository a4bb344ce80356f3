using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Enlarger.Server.Commands;

/// <summary>The options of <c>enlarger upscale</c> that say how large a result is.</summary>
internal sealed partial class SizeOptions
{
    private const double DpiDefault = 300;
    private const double MillimetresPerInch = 25.4;

    // More is a slip of the finger: film has less than 10,000.
    private const double DpiMax = 100_000;

    // More than any format holds.
    private const double MegapixelsMax = 1e9;

    private readonly Option<double> _scale = new("--scale", "-s")
    {
        Description = "Times larger on each side, 1 to 16, fractions too; 2x is 2.",
        HelpName = "SCALE",
        DefaultValueFactory = _ => 4,
        CustomParser = ParseScale,
    };

    private readonly Option<(int Width, int Height)?> _size = new("--size")
    {
        Description = "The size of the result in pixels; with 1920x or x1080 the other side follows.",
        HelpName = "WxH",
        CustomParser = ParseSize,
    };

    private readonly Option<SizeFit?> _fit = new("--fit")
    {
        Description = "Where the proportions differ: fill stretches, contain stays within, cover cuts off the edges.",
        HelpName = "FIT",
        CustomParser = ParseFit,
    };

    private readonly Option<double?> _megapixels = new("--megapixels")
    {
        Description = "At most that many million pixels, in the proportions of the picture.",
        HelpName = "N",
        CustomParser = result => ParsePositive(result, "--megapixels", MegapixelsMax),
    };

    private readonly Option<PrintSize?> _print = new("--print")
    {
        Description = "The size on paper, such as 30x20cm, 300x200mm or 12x8in; --fit is cover if nothing is said.",
        HelpName = "WxH",
        CustomParser = ParsePrint,
    };

    private readonly Option<double?> _dpi = new("--dpi")
    {
        Description = "Dots an inch for --print, which the result is marked with; 300 without it.",
        HelpName = "N",
        CustomParser = result => ParsePositive(result, "--dpi", DpiMax),
    };

    public SizeOptions()
    {
        _fit.CompletionSources.Clear();
        _fit.CompletionSources.Add(_ => Enum.GetValues<SizeFit>().Select(fit => new CompletionItem(NameOf(fit))));
    }

    public IReadOnlyList<Option> All => [_scale, _size, _fit, _megapixels, _print, _dpi];

    public void Validate(CommandResult result)
    {
        var given = ((Option[])[_scale, _size, _megapixels, _print])
            .Where(option => result.GetResult(option) is { Implicit: false })
            .ToList();
        if (given.Count > 1)
        {
            result.AddError($"{given[0].Name} and {given[1].Name} exclude each other.");
        }

        if (result.GetResult(_dpi) is not null && result.GetResult(_print) is null)
        {
            result.AddError("--dpi goes with --print.");
        }

        if (result.GetResult(_fit) is not null
            && (Box(result) ?? result.GetResult(_size)?.GetValueOrDefault<(int, int)?>()) is not ( > 0, > 0))
        {
            result.AddError("--fit goes with --size or --print of two sides, such as --size 1920x1080.");
        }
    }

    /// <summary>The options with the size that was asked for.</summary>
    public EnlargeOptions Apply(ParseResult result, EnlargeOptions options)
    {
        var print = result.GetValue(_print);
        var dpi = result.GetValue(_dpi) ?? DpiDefault;
        return options with
        {
            Scale = result.GetValue(_scale),
            Size = print?.Pixels(dpi) ?? result.GetValue(_size),
            Fit = result.GetValue(_fit) ?? (print is null ? SizeFit.Fill : SizeFit.Cover),
            Megapixels = result.GetValue(_megapixels),
            Dpi = print is null ? null : dpi,
        };
    }

    /// <summary>What is put between name and extension of a result beside its input, such as <c>@4x</c>.</summary>
    public string NameSuffix(ParseResult result)
    {
        var fit = result.GetValue(_fit) is { } named and not SizeFit.Fill ? $"-{NameOf(named)}" : "";
        if (result.GetValue(_print) is { } print)
        {
            // There, fill is not what is done if nothing is said.
            fit = result.GetValue(_fit) is { } said ? $"-{NameOf(said)}" : "";
            return Invariant($"@{print.Text}-{result.GetValue(_dpi) ?? DpiDefault:0.###}dpi{fit}");
        }

        return result.GetValue(_size) is var (width, height) ? Invariant($"@{Side(width)}x{Side(height)}{fit}")
            : result.GetValue(_megapixels) is { } megapixels ? Invariant($"@{megapixels:0.######}mp")
            : Invariant($"@{result.GetValue(_scale):0.######}x");
    }

    /// <summary>Whether a name without its extension ends as <see cref="NameSuffix"/> makes names end.</summary>
    public static bool IsResultName(string name) => ResultName().IsMatch(name);

    private (int Width, int Height)? Box(CommandResult result) =>
        result.GetResult(_print)?.GetValueOrDefault<PrintSize?>()?.Pixels(DpiDefault);

    private static string Side(int pixels) => pixels == 0 ? "" : Invariant($"{pixels}");

    private static string NameOf(SizeFit fit) => fit switch
    {
        SizeFit.Fill => "fill",
        SizeFit.Contain => "contain",
        SizeFit.Cover => "cover",
    };

    // "2" and "2x" alike, because that is how people write it.
    private static double ParseScale(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var number = text.EndsWith('x') ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale)
            && scale is >= EnlargeOptions.ScaleMin and <= EnlargeOptions.ScaleMax)
        {
            return scale;
        }

        result.AddError($"--scale must be a number from {EnlargeOptions.ScaleMin} to {EnlargeOptions.ScaleMax}.");
        return 0;
    }

    private static (int Width, int Height)? ParseSize(ArgumentResult result)
    {
        var sides = result.Tokens[0].Value.Split('x');
        if (sides.Length == 2
            && TryParseSide(sides[0], out var width)
            && TryParseSide(sides[1], out var height)
            && Math.Max(width, height) > 0)
        {
            return (width, height);
        }

        result.AddError("--size must be two whole numbers or one of them, such as 1920x1080, 1920x or x1080.");
        return null;
    }

    private static bool TryParseSide(string text, out int side)
    {
        side = 0;
        return text.Length == 0
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0);
    }

    private static SizeFit? ParseFit(ArgumentResult result)
    {
        foreach (var fit in Enum.GetValues<SizeFit>())
        {
            if (NameOf(fit) == result.Tokens[0].Value)
            {
                return fit;
            }
        }

        result.AddError($"--fit must be one of {string.Join(", ", Enum.GetValues<SizeFit>().Select(NameOf))}.");
        return null;
    }

    private static double? ParsePositive(ArgumentResult result, string name, double max)
    {
        if (double.TryParse(
                result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && number <= max)
        {
            return number;
        }

        result.AddError(Invariant($"{name} must be a number above 0, up to {max:0}."));
        return null;
    }

    private static PrintSize? ParsePrint(ArgumentResult result)
    {
        var match = PrintText().Match(result.Tokens[0].Value);
        var unit = match.Groups["unit"].Value switch { "mm" => 1, "cm" => 10, _ => MillimetresPerInch };
        var (width, height) = (Length(match.Groups["width"].Value), Length(match.Groups["height"].Value));
        // Ten metres are more than any printer has.
        const double LengthMax = 10_000;
        if (match.Success && Math.Max(width, height) is > 0 and <= LengthMax)
        {
            return new PrintSize(result.Tokens[0].Value, width, height);
        }

        result.AddError("--print must be two sides and cm, mm or in, such as 30x20cm, or one of them, such as 30xcm.");
        return null;

        double Length(string text) => text.Length == 0
            ? 0
            : unit * double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(
        @"^(?<width>\d{1,9}(\.\d{1,9})?)?x(?<height>\d{1,9}(\.\d{1,9})?)?(?<unit>cm|mm|in)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex PrintText();

    [GeneratedRegex(
        @"@(\d+(\.\d+)?x|x\d+|\d+x\d+(-(contain|cover))?|\d+(\.\d+)?mp"
        + @"|[\d.]*x[\d.]*(cm|mm|in)-\d+(\.\d+)?dpi(-(fill|contain|cover))?)(-enhanced)?$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex ResultName();

    /// <param name="Text">As it was written.</param>
    /// <param name="Width">In millimetres; 0 where it follows from the height.</param>
    /// <param name="Height">In millimetres; 0 where it follows from the width.</param>
    private sealed record PrintSize(string Text, double Width, double Height)
    {
        public (int Width, int Height)? Pixels(double dpi) => (Pixels(Width, dpi), Pixels(Height, dpi));

        private static int Pixels(double millimetres, double dpi) => millimetres == 0
            ? 0
            : (int)Math.Max(1, Math.Round(millimetres / MillimetresPerInch * dpi, MidpointRounding.AwayFromZero));
    }
}
