using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference.Operators;

/// <summary>Runs a graph by <see cref="Network"/> and by the reference, and compares.</summary>
internal static class Judge
{
    /// <summary>Sums of up to some thousand products in float, Winograd convolutions included.</summary>
    public const double Sums = 1e-4;

    /// <summary>A few roundings, and functions approximated in float.</summary>
    public const double Rounded = 1e-5;

    /// <summary>For operators that only move elements.</summary>
    public const double Exact = 0;

    /// <summary>The network computes what the standard says.</summary>
    public static void Agree(OnnxWriter writer, Dice dice, int channels, int height, int width, double tolerance) =>
        Agree(writer.ToArray(), dice.Floats(channels * height * width), height, width, tolerance);

    /// <inheritdoc cref="Agree(OnnxWriter, Dice, int, int, int, double)"/>
    public static void Agree(byte[] file, float[] input, int height, int width, double tolerance)
    {
        var expected = ReferenceRuntime.Run(OnnxReader.Read(file), input, height, width);
        var (output, outputHeight, outputWidth) =
            Network.Load(file).Run(input, height, width, TestContext.Current.CancellationToken);

        Assert.Equal((expected.Shape[2], expected.Shape[3]), (outputHeight, outputWidth));
        Closeness.Check(expected.Values, [.. output.Select(x => (double)x)], tolerance);
    }

    /// <summary>The network computes what the standard says, or refuses and names what it cannot do.</summary>
    public static void AgreeOrRefuse(
        OnnxWriter writer, Dice dice, int channels, int height, int width, double tolerance, string word)
    {
        try
        {
            Agree(writer, dice, channels, height, width, tolerance);
        }
        catch (ModelException refusal)
        {
            Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The network is refused, in a sentence with these words, before it runs or at the latest then.</summary>
    public static void Refuse(OnnxWriter writer, params string[] words)
    {
        const int Side = 9;
        var file = writer.ToArray();
        var refusal = Assert.Throws<ModelException>(() =>
        {
            var network = Network.Load(file);
            var channels = (int)OnnxReader.Read(file).Inputs[0].Shape[1];
            network.Run(new float[channels * Side * Side], Side, Side, TestContext.Current.CancellationToken);
        });
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }
}
