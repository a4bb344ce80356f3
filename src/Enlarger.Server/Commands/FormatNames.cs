using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>What the formats are called after <c>-f</c>, and in reports.</summary>
internal static class FormatNames
{
    /// <summary>All of them, for help and errors.</summary>
    public static string List { get; } = string.Join(", ", ImageFormats.All.Select(Of));

    public static string Of(ImageFormat format) => format.DisplayName().ToLowerInvariant();
}
