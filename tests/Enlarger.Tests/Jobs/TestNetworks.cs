using Enlarger.Tests.Inference;

namespace Enlarger.Tests.Jobs;

/// <summary>Networks of a few bytes that double the size of a picture.</summary>
internal static class TestNetworks
{
    /// <summary>Leaves every colour as it is, through all the buffers that real ones use.</summary>
    public static byte[] Faithful() =>
        new OnnxWriter().Input("x", 3)
            .Floats("weights", [3, 3, 1, 1], 1, 0, 0, 0, 1, 0, 0, 0, 1).Floats("scales", [4], 1, 1, 2, 2)
            .Node("Conv", ["x", "weights"], "same")
            .Node("Resize", ["same", "", "scales"], "big", ("mode", "nearest"))
            .Node("Conv", ["big", "weights"], "y")
            .Output("y")
            .ToArray();

    /// <summary>Forgets the picture.</summary>
    public static byte[] Black() =>
        new OnnxWriter().Input("x", 3)
            .Floats("scales", [4], 1, 1, 2, 2).Floats("none", [], 0)
            .Node("Mul", ["x", "none"], "black")
            .Node("Resize", ["black", "", "scales"], "y", ("mode", "nearest"))
            .Output("y")
            .ToArray();
}
