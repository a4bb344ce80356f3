using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>
/// Decides between the routes of the paths that another of the imitated APIs has as well. Who comes with
/// <c>Authorization: Bearer</c>, and with no key in <c>X-API-KEY</c>, means Stablecog's.
/// </summary>
internal sealed class StablecogPaths : MatcherPolicy, IEndpointSelectorPolicy
{
    private const string OtherKeyHeader = "X-API-KEY";

    // After the framework's own policies, which leave the routes that take the method.
    public override int Order => 1000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsShared);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var isMeant = IsMeant(httpContext.Request);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (IsShared(candidates[i].Endpoint) != isMeant)
            {
                candidates.SetValidity(i, value: false);
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsShared(Endpoint endpoint) => endpoint.Metadata.GetMetadata<SharedPath>() is not null;

    private static bool IsMeant(HttpRequest request)
    {
        if (!HttpMethods.IsOptions(request.Method))
        {
            return Vendor.ReadBearer(request) is not null && !request.Headers.ContainsKey(OtherKeyHeader);
        }

        // A browser names the headers that it will send.
        var names = request.Headers.GetCommaSeparatedValues(HeaderNames.AccessControlRequestHeaders);
        return names.Contains(HeaderNames.Authorization, StringComparer.OrdinalIgnoreCase)
            && !names.Contains(OtherKeyHeader, StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>Marks Stablecog's routes of a path that another API has as well.</summary>
internal sealed record SharedPath;
