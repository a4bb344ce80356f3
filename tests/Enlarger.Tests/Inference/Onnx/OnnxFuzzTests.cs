using Enlarger.Inference;
using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference.Onnx;

/// <summary>Damaged files: whatever is in them, the reader returns a graph or refuses in its own words.</summary>
public sealed class OnnxFuzzTests
{
    private const int Seed = 20260101;

    [Fact]
    public void Survives_any_damage_to_a_real_network()
    {
        var valid = File.ReadAllBytes(Repository.Path("models/photo_x2.onnx"));
        Fuzz(valid, cases: 1_000);
    }

    [Fact]
    public void Survives_any_damage_to_a_tiny_network()
    {
        var valid = Tiny();
        Assert.Equal(0, Refusals(valid));
        Fuzz(valid, cases: 20_000);
    }

    [Fact]
    public void Survives_a_file_that_ends_anywhere()
    {
        var valid = Tiny();
        for (var length = 0; length < valid.Length; length++)
        {
            Assert.Equal(1, Refusals(valid.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Survives_any_bytes_at_all()
    {
        var random = new Random(Seed);
        var bytes = new byte[200];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            Refusals(bytes.AsSpan(0, random.Next(bytes.Length)));
        }
    }

    private static void Fuzz(byte[] valid, int cases)
    {
        var random = new Random(Seed);
        var refused = 0;
        for (var i = 0; i < cases; i++)
        {
            refused += Refusals(Damage(valid, random));
        }

        // Most damage to weights cannot be noticed; were nothing refused, the damage would not reach the reader.
        Assert.InRange(refused, 1, cases);
    }

    private static byte[] Damage(byte[] valid, Random random)
    {
        byte[] damaged = [.. valid];
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            // Half of it goes into the first 2 KB: the nodes, where there is more to hurt than in weights.
            var reach = random.Next(2) == 0 ? Math.Min(damaged.Length, 2048) : damaged.Length;
            var at = random.Next(reach);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged.AsSpan(at, Math.Min(random.Next(1, 12), damaged.Length - at)).Fill(0xFF);
                    break;
                case 3:
                    damaged = [.. damaged.AsSpan(0, at), .. damaged.AsSpan(random.Next(at, damaged.Length))];
                    break;
                case 4:
                    damaged = [.. damaged.AsSpan(0, at), (byte)random.Next(256), .. damaged.AsSpan(at)];
                    break;
            }

            if (damaged.Length == 0)
            {
                break;
            }
        }

        return damaged;
    }

    private static int Refusals(ReadOnlySpan<byte> file)
    {
        try
        {
            var graph = OnnxReader.Read(file);
            Assert.All(graph.Initializers.Values, tensor =>
                Assert.Equal(tensor.Shape.Aggregate(1L, (a, b) => a * b), tensor.Floats.Length + tensor.Ints.Length));
            return 0;
        }
        catch (ModelException)
        {
            return 1;
        }
    }

    private static byte[] Tiny() => new OnnxWriter()
        .Input("x", 2)
        .Floats("w", [1, 2, 1, 1], 0.5F, -0.5F)
        .Halves("b", [1], 0.25F)
        .Ints("axes", 2, 3)
        .Node("Conv", ["x", "w", "b"], "c", ("kernel_shape", new[] { 1L, 1L }), ("auto_pad", "VALID"))
        .Node("LeakyRelu", ["c"], "r", ("alpha", 0.1F))
        .Node("Constant", [], "k", ("value", OnnxWriter.Tensor(OnnxType.Float, [], BitConverter.GetBytes(2F))))
        .Node("Mul", ["r", "k"], "y")
        .Output("y")
        .ToArray();
}
