using System.Net;
using System.Net.Sockets;

namespace Enlarger.Server.Inputs;

/// <summary>What fetching needs of the network, in two steps: addresses are looked at between them.</summary>
internal sealed record Network
{
    /// <summary>The addresses of a host by its name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>A connection to the first of some addresses that accepts one.</summary>
    public Func<IPAddress[], int, CancellationToken, Task<Stream>> Connect { get; init; } = ConnectAsync;

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
