using System.Runtime.InteropServices;
using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference;

/// <summary>A network interpolated between two others.</summary>
public sealed class InterpolationTests
{
    private static readonly float[] Picture = [.. Enumerable.Range(0, 3 * 8 * 8).Select(i => i % 17 / 17f)];

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void What_is_linear_in_the_weights_is_mixed_as_they_are(double amount)
    {
        var (from, to) = (Conv(1), Conv(2));

        var between = Run(Network.LoadBetween(from, to, amount));

        var (start, end) = (Run(Network.Load(from)), Run(Network.Load(to)));
        var mixed = start.Zip(end, (a, b) => a + ((float)amount * (b - a)));
        Assert.All(between.Zip(mixed), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.NotEqual(start, end);
    }

    [Fact]
    public void Weights_that_stand_in_nodes_are_mixed_too()
    {
        var (from, to) = (Biased(1), Biased(3));

        Assert.All(Run(Network.LoadBetween(from, to, 0.5)).Zip(Picture), pair =>
            Assert.Equal(pair.Second + 2, pair.First, 1e-5f));
        Assert.Contains("operators", Refusal(from, Biased(3, opset: 16)));
    }

    [Fact]
    public void Networks_that_differ_in_more_than_their_weights_have_nothing_between_them()
    {
        var conv = Conv(1);

        Assert.Contains("operators", Refusal(conv, Writer(1).Node("Relu", ["y"], "z").Output("z")));
        Assert.Contains("operators", Refusal(conv, Conv(1, ("pads", new long[] { 0, 0, 0, 0 }))));
        Assert.Contains("\"w\"", Refusal(conv, Conv(1, channels: 6)));
        Assert.Throws<ModelException>(() => Network.LoadBetween(conv, "This is a text."u8, 0.5));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void An_amount_beyond_either_end_is_refused(double amount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Network.LoadBetween(Conv(1), Conv(2), amount));

    private static byte[] Biased(float value, long opset = 17)
    {
        var bias = OnnxWriter.Tensor(OnnxType.Float, [1], MemoryMarshal.AsBytes<float>([value]));
        return new OnnxWriter(opset).Input("x", 3)
            .Node("Constant", [], "b", ("value", bias))
            .Node("Add", ["x", "b"], "y")
            .Output("y").ToArray();
    }

    private static string Refusal(byte[] from, OnnxWriter to) => Refusal(from, to.ToArray());

    private static string Refusal(byte[] from, byte[] to) =>
        Assert.Throws<ModelException>(() => Network.LoadBetween(from, to, 0.5)).Message;

    private static float[] Run(Network network) => network.Run(Picture, 8, 8).Output;

    private static byte[] Conv(int seed, int channels = 3) =>
        Writer(seed, ("pads", new long[] { 1, 1, 1, 1 }), channels).Output("y").ToArray();

    private static byte[] Conv(int seed, (string Name, object Value) attribute) =>
        Writer(seed, attribute).Output("y").ToArray();

    private static OnnxWriter Writer(int seed, (string Name, object Value)? attribute = null, int channels = 3)
    {
        var chance = new Random(seed);
        return new OnnxWriter().Input("x", 3)
            .Floats("w", [channels, 3, 3, 3], Numbers(channels * 27))
            .Floats("b", [channels], Numbers(channels))
            .Node("Conv", ["x", "w", "b"], "y", attribute ?? ("pads", new long[] { 1, 1, 1, 1 }));

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => chance.NextSingle() - 0.5f)];
    }
}
