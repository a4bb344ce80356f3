using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Microsoft.Extensions.Options;

namespace Enlarger.Server;

/// <summary>
/// Bounds the memory of all bodies and fetched pictures that requests hold at a time, over all keys.
/// </summary>
internal sealed class BytesInFlight(IOptions<InputSettings> settings)
{
    // The last quarter is for keys that hold nothing, so that one key does not shut out the others.
    private const int SharedQuarters = 3;

    // In this time some of the largest pictures have been computed.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly long _bytesMax = settings.Value.MegabytesMax * 1_000_000L;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _ofKeys = new(StringComparer.Ordinal);
    private long _held;

    /// <summary>Bytes that requests hold now.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    /// <summary>
    /// Takes room for the most that a request is about to read, until its answer has been sent. What turns out not to
    /// be needed is given back by <see cref="Room.Keep"/>.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Fault.Overloaded"/>: there is no room now.</exception>
    public Room Take(HttpContext http, long bytes)
    {
        var room = Take(http.Features.Get<Account>()?.Id ?? "", bytes);
        http.Response.RegisterForDispose(room);
        return room;
    }

    /// <summary>The same, until the room is disposed.</summary>
    internal Room Take(string key, long bytes)
    {
        lock (_lock)
        {
            var ofKey = _ofKeys.GetValueOrDefault(key);
            var room = ofKey == 0 ? _bytesMax : _bytesMax / 4 * SharedQuarters;
            // A body that is larger than all the room is read where it is the only one.
            if (_held > 0 && _held + bytes > room)
            {
                throw new FaultException(
                    Fault.Overloaded, "The server holds as many images as it has memory for. Try again.")
                {
                    RetryAfter = RetryAfter,
                };
            }

            _held += bytes;
            _ofKeys[key] = ofKey + bytes;
            return new Room(this, key, bytes);
        }
    }

    private void GiveBack(string key, long bytes)
    {
        if (bytes == 0)
        {
            // A key that holds nothing is not listed.
            return;
        }

        lock (_lock)
        {
            _held -= bytes;
            if ((_ofKeys[key] -= bytes) == 0)
            {
                _ofKeys.Remove(key);
            }
        }
    }

    /// <summary>What one request has taken.</summary>
    public sealed class Room(BytesInFlight owner, string key, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        /// <summary>Gives back all beyond <paramref name="bytes"/>, now that it is known how many came.</summary>
        public void Keep(long bytes)
        {
            var before = Interlocked.Exchange(ref _bytes, bytes);
            owner.GiveBack(key, before - bytes);
        }

        public void Dispose() => Keep(0);
    }
}
