namespace Enlarger.Server.Jobs;

/// <summary>What one key has, and has had, of the machine.</summary>
internal sealed class KeyShare
{
    /// <summary>Pixels, from a common beginning for all keys.</summary>
    public double Served { get; set; }

    /// <summary>Jobs that were taken on and have not ended.</summary>
    public int Outstanding { get; set; }

    /// <summary>Pixels that are left to make for these.</summary>
    public double PixelsLeft { get; set; }

    public int Running { get; set; }

    /// <summary>Jobs in line: those that were begun, then the others in order.</summary>
    public LinkedList<JobSlot> Waiting { get; } = [];
}
