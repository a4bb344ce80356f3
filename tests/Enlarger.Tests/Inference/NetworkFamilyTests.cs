using System.Runtime.InteropServices;
using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference;

/// <summary>Whole networks of tests/networks, against what ONNX Runtime computes for them.</summary>
public sealed class NetworkFamilyTests
{
    // Relative to the largest value. Winograd convolutions round some ten times as much as direct convolutions,
    // which come to 1e-6, and each of the twenty layers adds its own.
    private const double Tolerance = 2e-4;

    // The reference computes in double precision, so this is the rounding of ONNX Runtime.
    private const double ToleranceOfReference = 2e-6;

    public static TheoryData<string> Networks =>
        [.. Directory.EnumerateFiles(Repository.Path("tests/networks"), "*.onnx")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Computes_what_onnx_runtime_computes(string name)
    {
        var input = Samples.Read($"{name}.input.bin");
        var (output, height, width) = Network.Load(Bytes($"{name}.onnx"))
            .Run(input.Values, input.Height, input.Width, TestContext.Current.CancellationToken);

        Compare(name, [.. output.Select(x => (double)x)], height, width, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_reference_computes_what_onnx_runtime_computes(string name)
    {
        var input = Samples.Read($"{name}.input.bin");
        var graph = OnnxReader.Read(Bytes($"{name}.onnx"));
        var output = ReferenceRuntime.Run(graph, input.Values, input.Height, input.Width);

        Compare(name, output.Values, output.Shape[2], output.Shape[3], ToleranceOfReference);
    }

    // A network has no state that earlier or concurrent pictures could change.
    [Fact]
    public void Gives_each_picture_its_own_result()
    {
        var file = Bytes("imdn_x2.onnx");
        var (network, graph) = (Network.Load(file), OnnxReader.Read(file));
        var cancel = TestContext.Current.CancellationToken;
        Parallel.For(0, 8, i =>
        {
            var random = new Random(i);
            var (height, width) = (random.Next(1, 20), random.Next(1, 20));
            float[] input = [.. Enumerable.Range(0, 3 * height * width).Select(_ => random.NextSingle())];

            var expected = ReferenceRuntime.Run(graph, input, height, width);
            var (output, _, _) = network.Run(input, height, width, cancel);

            Closeness.Check(expected.Values, [.. output.Select(x => (double)x)], Tolerance);
        });
    }

    private static void Compare(string name, double[] actual, int height, int width, double tolerance)
    {
        var expected = Samples.Read($"{name}.output.bin");
        Assert.Equal((expected.Height, expected.Width), (height, width));
        Closeness.Check([.. expected.Values.Select(x => (double)x)], actual, tolerance);
    }

    private static byte[] Bytes(string file) => File.ReadAllBytes(Repository.Path($"tests/networks/{file}"));

    /// <summary>A file of three lengths and then floats, as tests/networks/README.md says.</summary>
    private sealed record Samples(int Channels, int Height, int Width, float[] Values)
    {
        public static Samples Read(string file)
        {
            var bytes = Bytes(file);
            var shape = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(0, 3 * sizeof(int)));
            return new(shape[0], shape[1], shape[2], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(12)).ToArray());
        }
    }
}
