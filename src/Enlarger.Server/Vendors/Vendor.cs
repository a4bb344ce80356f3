using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors;

/// <summary>What every imitated API needs besides its routes: a name, a header, and how it says no.</summary>
/// <param name="Name">As in settings, metrics and logs.</param>
/// <param name="KeyHeader">The header with the key; in <c>Authorization</c> it stands behind <c>Bearer</c>.</param>
/// <param name="Refuse">The vendor's answer to a fault.</param>
internal sealed record Vendor(string Name, string KeyHeader, Func<HttpContext, FaultException, IResult> Refuse)
{
    /// <summary>The key of a request; null or empty where it has none.</summary>
    public string? ReadKey(HttpRequest request) =>
        KeyHeader == HeaderNames.Authorization ? ReadBearer(request) : request.Headers[KeyHeader].ToString();

    /// <summary>The key behind <c>Authorization: Bearer</c>, which three of the vendors use.</summary>
    public static string? ReadBearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }
}
