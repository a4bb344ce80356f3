namespace Enlarger.Server.Storage;

internal sealed class ResultSettings
{
    /// <summary>What callers reach this server by, where that is not what they wrote into the Host header.</summary>
    public string? PublicUrl { get; init; }

    public static ResultSettings Read(SettingsReader section) => new()
    {
        PublicUrl = section.Text(
            nameof(PublicUrl),
            null,
            "must be an address that begins with http:// or https:// and has no user name, ? or #",
            CanStandBeforePath),
    };

    /// <summary>Paths of this server can be added to that address.</summary>
    public static bool CanStandBeforePath(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.Scheme is ("http" or "https")
        && uri.UserInfo.Length == 0
        && !url.Contains('?', StringComparison.Ordinal)
        && !url.Contains('#', StringComparison.Ordinal);
}
