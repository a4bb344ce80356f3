using System.Text;

namespace Enlarger.Server.Observability;

/// <summary>How the server presents itself to its callers.</summary>
internal sealed class ServingSettings
{
    /// <summary>Allows pages of every site.</summary>
    public const string AnyOrigin = "*";

    /// <summary>
    /// Sites whose pages may use the APIs, such as <c>https://app.example</c>. A page holds its key where its visitors
    /// can read it.
    /// </summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    public static ServingSettings Read(SettingsReader section) => new()
    {
        CorsOrigins = section.List(
            nameof(CorsOrigins),
            "must be an origin such as https://app.example, without a path, or *",
            origin => origin == AnyOrigin || IsOrigin(origin)),
    };

    // As browsers write it: without a slash at the end, and without the port that the scheme has anyway.
    private static bool IsOrigin(string text) =>
        Ascii.IsValid(text)
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
