namespace Enlarger.Inference.Scheduling;

/// <summary>
/// Takes finished row <paramref name="y"/> of a network's output; pixels are <paramref name="pixelStride"/> floats
/// apart.
/// </summary>
internal unsafe delegate void TakeRow(int y, float* row, int pixelStride);
