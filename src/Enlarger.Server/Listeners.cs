using System.Net;
using Enlarger.Server.Observability;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Enlarger.Server;

/// <summary>
/// Where the server listens: for callers, and apart from them for operators, if <c>--admin-urls</c> says so. Each of
/// the two has connections of its own, so that probes are answered while callers hold all of theirs.
/// </summary>
internal static class Listeners
{
    // A monitoring system or two, the orchestrator, and a person with a browser; each keeps a few connections.
    private const int AdminConnectionsMax = 100;

    public static void Add(KestrelServerOptions kestrel, ServerOptions options)
    {
        var callers = new ConnectionGuard(ConnectionGuard.ConnectionsMax);
        foreach (var url in options.Urls)
        {
            Listen(kestrel, url, listen => listen.Use(callers.Guard));
        }

        var operators = new ConnectionGuard(AdminConnectionsMax);
        foreach (var url in options.AdminUrls)
        {
            Listen(kestrel, url, listen =>
            {
                listen.Use(operators.Guard);
                listen.Use(next => connection =>
                {
                    connection.Features.Set(new AdminConnection());
                    return next(connection);
                });
            });
        }
    }

    /// <summary>
    /// Where operators have addresses of their own, probes are found there and nowhere else, and nothing else is.
    /// </summary>
    public static void UseAdminUrls(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var isProbe = http.GetEndpoint()?.Metadata.GetMetadata<Probe>() is not null;
        var isOperator = http.Features.Get<AdminConnection>() is not null;
        if (isProbe != isOperator)
        {
            http.SetEndpoint(null);
        }

        return next(http);
    });

    // As Kestrel reads addresses itself; but those that it reads have no settings of their own.
    private static void Listen(KestrelServerOptions kestrel, string url, Action<ListenOptions> configure)
    {
        var address = BindingAddress.Parse(url);
        if (address.IsUnixPipe)
        {
            kestrel.ListenUnixSocket(address.UnixPipePath, configure);
        }
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(address.Port, configure);
        }
        else if (IPAddress.TryParse(address.Host, out var ip))
        {
            kestrel.Listen(ip, address.Port, configure);
        }
        else
        {
            // A name, or * for all.
            kestrel.ListenAnyIP(address.Port, configure);
        }
    }

    // Marks connections to an address of --admin-urls.
    private sealed record AdminConnection;
}
