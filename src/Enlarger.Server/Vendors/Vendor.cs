namespace Enlarger.Server.Vendors;

/// <summary>What every imitated API needs besides its routes: a name, and how it says no.</summary>
/// <param name="Name">As in settings, metrics and logs.</param>
/// <param name="Refuse">The vendor's answer to a fault.</param>
internal sealed record Vendor(string Name, Func<HttpContext, FaultException, IResult> Refuse)
{
    /// <summary>The key behind <c>Authorization: Bearer</c>, which three of the vendors use.</summary>
    public static string? ReadBearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }
}
