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

    [Fact]
    public async Task A_single_black_strip_is_found()
    {
        // Everything is right but for columns 200 to 216, which the network blackens.
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

    // Nearest neighbour, then factor times and plus something: the damage to be found.
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
