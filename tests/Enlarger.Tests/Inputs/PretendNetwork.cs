using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

/// <summary>
/// An internet in which the test says what a name means, each time it is asked, and every address is this machine.
/// </summary>
internal sealed class PretendNetwork
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string[]>> _answers =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that were looked up, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Addresses that were connected to, in order.</summary>
    public ConcurrentQueue<string> Reached { get; } = new();

    /// <summary>Adds the next answer for a name; the last one stays.</summary>
    public PretendNetwork With(string host, params string[] addresses)
    {
        _answers.GetOrAdd(host, _ => new ConcurrentQueue<string[]>()).Enqueue(addresses);
        return this;
    }

    public OutboundSockets ToSockets() => new() { Resolve = ResolveAsync, Connect = ConnectAsync };

    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        Asked.Enqueue(host);
        if (!_answers.TryGetValue(host, out var answers))
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        string[]? addresses;
        _ = answers.Count > 1 ? answers.TryDequeue(out addresses) : answers.TryPeek(out addresses);
        return Task.FromResult(addresses!.Select(IPAddress.Parse).ToArray());
    }

    private async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        Reached.Enqueue(addresses[0].ToString());
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
