using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Enlarger.Server.Commands;

/// <summary>Options that several commands have, so that they read alike everywhere.</summary>
internal static class SharedOptions
{
    // More threads than any machine has cores are a slip of the finger.
    public const int ThreadsMax = 1024;

    public static Option<string> Model(string standard) => new("--model", "-m")
    {
        Description = "A model's name (see: enlarger models), or the path of an ONNX file.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => standard,
    };

    /// <summary>A number from 0 to 1; where it may be left out, that is <paramref name="bare"/>.</summary>
    public static Option<double?> Part(string name, string description, double? bare = null) => new(name)
    {
        Description = description,
        HelpName = "PART",
        Arity = bare is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens is not [var token])
            {
                return bare;
            }

            if (double.TryParse(
                    token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var part)
                && part is >= 0 and <= 1)
            {
                return part;
            }

            // What may stand alone would take the picture that follows for its number.
            var hint = bare is null ? "" : $" Before a picture it needs one: {name} {bare:F0}.";
            result.AddError($"{name} must be a number from 0 to 1.{hint}");
            return null;
        },
    };

    public static Option<int?> Threads() =>
        Ranged("--threads", null, "Worker threads; all cores without it. The result is the same.", 1, ThreadsMax);

    public static Option<string> Data()
    {
        var data = new Option<string>("--data")
        {
            Description = "The server's data folder; without it $ENLARGER_DATA, or the user's data folder.",
            HelpName = "DIR",
        };
        data.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("--data must name a folder.");
            }
        });
        return data;
    }

    public static Option<int?> Ranged(string name, string? alias, string description, int min, int max) =>
        new(name, alias is null ? [] : [alias])
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number)
                    && number >= min
                    && number <= max)
                {
                    return number;
                }

                result.AddError($"{name} must be a whole number from {min} to {max}.");
                return null;
            },
        };

    // The help would show a default value as a pair of numbers, so the description names it.
    public static Option<(int Width, int Height)?> Size(string description) => new("--size")
    {
        Description = description,
        HelpName = "WxH",
        CustomParser = ParseSize,
    };

    private static (int Width, int Height)? ParseSize(ArgumentResult result)
    {
        var sides = result.Tokens[0].Value.Split('x');
        if (sides.Length == 2
            && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && width > 0
            && height > 0)
        {
            return (width, height);
        }

        result.AddError("--size must be two whole numbers, such as 1920x1080.");
        return null;
    }
}
