using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Enlarger.Server.Commands;

/// <summary>Sizes of files as people write them: <c>2M</c>, <c>500kB</c>, <c>1.5MiB</c>.</summary>
internal static partial class ByteCount
{
    // More than any disk holds, and what a long still counts.
    private const double CountMax = 1e15;

    /// <summary>An option that takes the size of a file.</summary>
    public static Option<long?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "BYTES",
        CustomParser = result => Parse(result, name),
    };

    private static long? Parse(ArgumentResult result, string name)
    {
        var match = Text().Match(result.Tokens[0].Value);
        if (match.Success)
        {
            // As disks and limits of uploads are counted, so that a file is rather too small than too large.
            var thousand = match.Groups["binary"].Success ? 1024 : 1000;
            var unit = match.Groups["unit"].Value.ToUpperInvariant();
            var power = unit.Length == 0 ? 0 : 1 + "KMG".IndexOf(unit, StringComparison.Ordinal);
            var count = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
                * Math.Pow(thousand, power);
            if (count is >= 1 and <= CountMax)
            {
                return (long)count;
            }
        }

        result.AddError($"{name} must be a number of bytes, such as 500000, 500K, 2M (2,000,000) or 2MiB (2,097,152).");
        return null;
    }

    [GeneratedRegex(
        @"^(?<number>\d{1,15}(\.\d{1,9})?)((?<unit>[KMG])((?<binary>i)B?|B?)|B)?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000)]
    private static partial Regex Text();
}
