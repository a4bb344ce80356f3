using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Enlarger.Server;

/// <summary>
/// Keeps one address from taking all connections, and closes those that say nothing, so that others are still served.
/// </summary>
/// <param name="connectionsMax">Connections in all.</param>
internal sealed class ConnectionGuard(int connectionsMax)
{
    /// <summary>Of callers. Each holds buffers; more clients than this are a mistake or an attack.</summary>
    public const int ConnectionsMax = 1000;

    // Behind a proxy all connections come from its address: enough for it, and a quarter is left for others.
    private readonly int _perAddressMax = connectionsMax / 4 * 3;

    // Clients send their request as soon as they are connected.
    private static readonly TimeSpan FirstByteTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    private int _count;

    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        try
        {
            var ofAddress = _open.AddOrUpdate(peer, 1, (_, count) => count + 1);
            var ofAll = Interlocked.Increment(ref _count);
            if (ofAddress <= _perAddressMax && ofAll <= connectionsMax && await SaysSomething(connection))
            {
                await next(connection);
            }
            else
            {
                connection.Abort();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
            Leave(peer);
        }
    };

    private static async Task<bool> SaysSomething(ConnectionContext connection)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        late.CancelAfter(FirstByteTimeout);
        try
        {
            // What was read stays for whoever reads next.
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(late.Token);
            input.AdvanceTo(read.Buffer.Start);
            return true;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return false;
        }
    }

    private void Leave(IPAddress peer)
    {
        // Addresses that have left are forgotten.
        while (_open.TryGetValue(peer, out var count))
        {
            var isDone = count == 1
                ? _open.TryRemove(new KeyValuePair<IPAddress, int>(peer, 1))
                : _open.TryUpdate(peer, count - 1, count);
            if (isDone)
            {
                return;
            }
        }
    }
}
