namespace Enlarger.Inference.Steps;

/// <summary>Division that rounds towards negative infinity.</summary>
internal static class Floor
{
    public static int Divide(int number, int by) => (int)Divide((long)number, by);

    public static long Divide(long number, int by) => number >= 0 ? number / by : -((-number + by - 1) / by);
}
