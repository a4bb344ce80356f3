using Enlarger.Enlarging;
using Enlarger.Imaging;
using Enlarger.Tests.Inference;

namespace Enlarger.Tests.Enlarging;

/// <summary>A network that fails is an error and never a picture.</summary>
public sealed class FidelityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("enlarger-tests").FullName;

    [Theory]
    [InlineData(0, 0, "not the picture")]
    [InlineData(0.4f, 0, "not the picture")]
    [InlineData(1, 0.3f, "not the picture")]
    [InlineData(float.NaN, 0, "not numbers")]
    [InlineData(1, float.PositiveInfinity, "not numbers")]
    public async Task Wrong_results_are_refused(float factor, float shift, string reason)
    {
        var options = new EnlargeOptions { Model = Double(factor, shift), Scale = 2 };

        var error = await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(Enlargement.Waves(64, 48, 3), options));

        Assert.Equal(ImageFault.ResultWrong, error.Fault);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("Clip")]
    [InlineData("Identity")]
    public async Task Nan_in_the_middle_of_a_network_is_not_lost(string next)
    {
        var path = Path.Combine(_folder, next + ".onnx");
        var bias = new[] { 0, float.NaN, 0 };
        var file = new OnnxWriter().Input("x", 3)
            .Floats("w", [3, 3, 1, 1], 1, 0, 0, 0, 1, 0, 0, 0, 1).Floats("b", [3], bias)
            .Floats("low", [], 0).Floats("high", [], 1)
            .Node("Conv", ["x", "w", "b"], "a")
            .Node(next, next == "Clip" ? ["a", "low", "high"] : ["a"], "c")
            .Node("Conv", ["c", "w"], "d");
        await File.WriteAllBytesAsync(
            path, Nearest(file, "d", "y").Output("y").ToArray(), TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(Enlargement.Waves(64, 48, 3), new EnlargeOptions { Model = path, Scale = 2 }));

        Assert.Contains("not numbers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dark_pictures_must_not_become_black()
    {
        var dark = Enlargement.Draw(64, 64, 3, (x, y, _) => x > 20 && y > 20 ? 4 : 2);

        await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(dark, new EnlargeOptions { Model = Double(0, 0), Scale = 2 }));
    }

    [Fact]
    public async Task A_right_result_passes_and_says_how_right_it_is()
    {
        var (_, result, _) = await Enlargement.Of(
            Enlargement.Waves(64, 48, 3), new EnlargeOptions { Model = Double(1, 0), Scale = 2 });

        Assert.Equal(0, result.Fidelity, 0.01);
    }

    [Theory]
    [InlineData("lanczos", 2)]
    [InlineData("lanczos", 3)]
    [InlineData("lanczos", 4)]
    [InlineData("lanczos", 1.5)]
    [InlineData("bicubic", 2)]
    [InlineData("bicubic", 3)]
    [InlineData("bicubic", 4)]
    [InlineData("bicubic", 1.5)]
    public async Task A_kernel_is_never_refused(string model, double scale)
    {
        var options = new EnlargeOptions { Model = model, Scale = scale };
        for (var side = 1; side <= 16; side++)
        {
            var picture = Enlargement.Draw(64, 64, 1, (x, y, _) => ((x / side) + (y / side)) % 2 * 255);
            var lines = Enlargement.Draw(64, 64, 1, (x, _, _) => x % (side + 1) == 0 ? 255 : 0);
            var dots = Enlargement.Draw(64, 64, 1, (x, y, _) => x % (side + 1) + (y % (side + 1)) == 0 ? 0 : 255);

            foreach (var each in new[] { picture, lines, dots })
            {
                var (_, result, _) = await Enlargement.Of(each, options);
                Assert.InRange(result.Fidelity, 0, 16);
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(float.NaN, 0)]
    [InlineData(0, 1)]
    [InlineData(0.5f, 0)]
    [InlineData(-1, 1)]
    public void What_no_kernel_makes_is_refused_without_advising_kernels(float factor, float shift)
    {
        var picture = Enlargement.Waves(64, 48, 3);
        var size = new PixelSize(64, 48);
        var check = new FidelityCheck(size, 3, size, 3, FidelityBounds.Kernel);
        var row = new float[64 * 3];
        for (var y = 0; y < 48; y++)
        {
            Samples.ReadColours(picture, y, row);
            check.AddPicture(y, row);
            check.AddResult(y, [.. row.Select(sample => (sample * factor) + shift)]);
        }

        var error = Assert.Throws<ImageException>(() => check.Finish());

        Assert.Equal(ImageFault.ResultWrong, error.Fault);
        Assert.DoesNotContain("lanczos", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_black_strip_is_found()
    {
        // The network blackens columns 200 to 216; the rest is right.
        var picture = Enlargement.Draw(640, 64, 3, (x, _, _) => x is >= 200 and < 216 ? 255 : 120);
        var model = Path.Combine(_folder, "clipping.onnx");
        await File.WriteAllBytesAsync(
            model,
            Nearest(new OnnxWriter().Input("x", 3), "x", "big")
                .Floats("threshold", [], 0.9f).Floats("steep", [], 1000f)
                .Node("Sub", ["big", "threshold"], "over")
                .Node("Relu", ["over"], "only")
                .Node("Mul", ["only", "steep"], "much")
                .Node("Sub", ["big", "much"], "y")
                .Output("y")
                .ToArray(),
            TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(picture, new EnlargeOptions { Model = model, Scale = 2 }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static OnnxWriter Nearest(OnnxWriter writer, string from, string to) =>
        writer.Floats("scales", [4], 1, 1, 2, 2).Node(
            "Resize",
            [from, "", "scales"],
            to,
            ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"));

    // Nearest neighbour, then a factor and an offset, which are the damage to be detected.
    private string Double(float factor, float shift)
    {
        var path = Path.Combine(_folder, FormattableString.Invariant($"double {factor} {shift}.onnx"));
        File.WriteAllBytes(
            path,
            Nearest(new OnnxWriter().Input("x", 3), "x", "big")
                .Floats("factor", [], factor).Floats("shift", [], shift)
                .Node("Mul", ["big", "factor"], "times")
                .Node("Add", ["times", "shift"], "y")
                .Output("y")
                .ToArray());
        return path;
    }
}
