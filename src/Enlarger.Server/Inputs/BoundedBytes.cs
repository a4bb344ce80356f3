namespace Enlarger.Server.Inputs;

/// <summary>Reads what strangers send, no more of it than is allowed.</summary>
internal static class BoundedBytes
{
    // Where nobody says how much will come.
    private const int FirstBytes = 64 << 10;

    /// <summary>
    /// Reads to the end of a stream; null where that lies beyond <paramref name="bytesMax"/>. Room is made at once for
    /// <paramref name="bytesExpected"/>, what the sender announced, which may be wrong.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(
        Stream source, long bytesMax, long? bytesExpected, CancellationToken cancel)
    {
        // One byte more than may come shows that more came, and that what was announced has ended.
        var most = (int)Math.Min(bytesMax, Array.MaxLength - 1) + 1;
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(most, (bytesExpected ?? FirstBytes) + 1));
        var count = 0;
        while (true)
        {
            var read = await source.ReadAsync(bytes.AsMemory(count), cancel);
            if (read == 0)
            {
                return bytes.AsMemory(0, count);
            }

            count += read;
            if (count == most)
            {
                return null;
            }

            if (count == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(most, 2L * count));
            }
        }
    }
}
