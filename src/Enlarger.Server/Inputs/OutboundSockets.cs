using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Enlarger.Server.Inputs;

/// <summary>What fetching needs of the network, in two steps: addresses are looked at between them.</summary>
internal sealed record OutboundSockets
{
    /// <summary>The addresses of a host by its name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>A connection to the first of some addresses that accepts one.</summary>
    public Func<IPAddress[], int, CancellationToken, Task<Stream>> Connect { get; init; } = ConnectAsync;

    /// <summary>Whether an address is one of this machine's own, as they are now: they change while it runs.</summary>
    public Func<IPAddress, bool> IsOwn { get; init; } = IsOwnNow;

    private static bool IsOwnNow(IPAddress address)
    {
        var plain = Plain(address);
        return NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Any(own => Plain(own.Address).Equals(plain));
    }

    // Without the card that an IPv6 address belongs to, and IPv4 as such.
    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
