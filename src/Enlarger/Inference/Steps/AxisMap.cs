namespace Enlarger.Inference.Steps;

/// <summary>
/// How output rows or columns map to those of the input: resampled by nearest neighbour, then padded or cropped.
/// </summary>
/// <param name="Before">Padding at the start; negative crops.</param>
/// <param name="After">Padding at the end; negative crops.</param>
/// <param name="Repeat">1, or the factor of enlarging, by which each input is repeated.</param>
/// <param name="Keep">1, or the factor of reducing, of which one input is kept.</param>
/// <param name="Phase">Which of them is kept, from 0.</param>
internal sealed record AxisMap(int Before = 0, int After = 0, int Repeat = 1, int Keep = 1, int Phase = 0)
{
    public int OutputLength(int input) => RepeatedLength(input) + Before + After;

    /// <summary>The length after resampling, before padding or cropping.</summary>
    public int RepeatedLength(int input) => input * Repeat / Keep;

    /// <summary>The input position of an output position, or -1 in a constant border.</summary>
    public int Source(int output, int inputLength, Border border)
    {
        var position = output - Before;
        var length = RepeatedLength(inputLength);
        if ((uint)position >= (uint)length)
        {
            switch (border)
            {
                case Border.Constant:
                    return -1;
                case Border.Edge:
                    position = Math.Clamp(position, 0, length - 1);
                    break;
                case Border.Reflect:
                    position = position < 0 ? -position : (2 * (length - 1)) - position;
                    position = Math.Clamp(position, 0, length - 1);
                    break;
            }
        }

        return Keep > 1 ? (position * Keep) + Phase : position / Repeat;
    }
}
