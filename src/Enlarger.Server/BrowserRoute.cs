namespace Enlarger.Server;

/// <summary>Marks routes that pages of other sites may use, where <c>Serving:CorsOrigins</c> allows those.</summary>
/// <param name="Methods">What the route takes, as in the header Allow.</param>
/// <param name="Headers">What requests of such pages may carry beyond what all requests may.</param>
internal sealed record BrowserRoute(string Methods, string Headers);
