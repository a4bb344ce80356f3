namespace Enlarger.Inference.Scheduling;

/// <summary>Fills row <paramref name="y"/> of a network's input, channels interleaved.</summary>
internal unsafe delegate void FillRow(int y, float* row);
