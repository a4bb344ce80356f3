using Enlarger.Inference;
using Enlarger.Models;
using Enlarger.Tests.Enlarging;
using Enlarger.Tests.Inference;

namespace Enlarger.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("enlarger-tests").FullName;
    private readonly ModelStore _store = new();

    [Fact]
    public void Lists_the_choice_then_the_networks_then_the_kernels()
    {
        Assert.Equal(
            ["auto", "drawing", "enhance", "photo", "photo-fast", "restore", "bicubic", "lanczos"],
            _store.List().Select(model => model.Name));
        Assert.Equal([2, 3, 4], _store.Get("photo").Scales);
        Assert.Empty(_store.Get("bicubic").Scales);
        Assert.All(_store.List(), model => Assert.False(string.IsNullOrWhiteSpace(model.Summary)));
    }

    [Fact]
    public void Every_network_is_what_its_name_says()
    {
        foreach (var model in _store.List())
        {
            Assert.All(model.Scales, scale => Assert.Equal(scale, model.Network(scale).Scale));
        }
    }

    [Fact]
    public void Between_the_faithful_and_the_enhancing_networks_there_are_others()
    {
        var picture = Enumerable.Range(0, 3 * 24 * 24).Select(i => i * 37 % 101 / 101f).ToArray();
        var (photo, enhance) = (_store.Get("photo"), _store.Get("enhance"));

        Assert.Null(_store.Enhancing(0));
        Assert.Same(_store.Enhancing(0.5), _store.Enhancing(0.51));
        Assert.Equal(enhance.Scales, _store.Enhancing(0.5)!.Scales);
        Assert.All(enhance.Scales, scale =>
        {
            var faithful = Output(photo);
            var (little, half, whole) = (Change(0.0625), Change(0.5), Change(1));
            Assert.True(0 < little && little < half && half < whole, $"{little}, {half}, {whole}");
            Assert.Equal(Output(enhance), Output(_store.Enhancing(1)!));

            double Change(double amount) =>
                Output(_store.Enhancing(amount)!).Zip(faithful, (a, b) => Math.Abs(a - b)).Average();

            float[] Output(Model model) => model.Network(scale).Enlarge(picture, 24, 24);
        });
    }

    [Theory]
    [InlineData("PHOTO")]
    [InlineData("Bicubic")]
    public void Names_have_no_case(string name) => Assert.NotNull(_store.Find(name));

    [Fact]
    public void What_is_not_there_is_null() => Assert.Null(_store.Find("nonesuch"));

    [Fact]
    public async Task An_onnx_file_is_a_model()
    {
        // A network of one channel, as ESPCN and FSRCNN are: it sees the colours one by one.
        var path = Save("grey.onnx", new OnnxWriter().Input("x", 1).Floats("scales", [4], 1, 1, 3, 3).Node(
            "Resize", ["x", "", "scales"], "y", ("mode", "linear")).Output("y"));

        var (image, result, _) = await Enlargement.Of(
            Enlargement.Waves(20, 10, 3), new EnlargeOptions { Model = path, Scale = 3 });

        Assert.Equal((60, 30, 3), (image.Width, image.Height, image.Channels));
        Assert.InRange(result.Fidelity, 0, 0.5);
        Assert.Equal(path, result.Model);
    }

    [Theory]
    [InlineData(8, "channels")]
    [InlineData(3, "enlarge")]
    public void A_network_that_does_not_enlarge_is_refused(int channels, string reason)
    {
        var path = Save("other.onnx", channels == 3
            ? new OnnxWriter().Input("x", 3).Floats("w", [3, 3, 2, 2], new float[36])
                .Node("Conv", ["x", "w"], "y", ("strides", new long[] { 2, 2 })).Output("y")
            : new OnnxWriter().Input("x", 8).Node("Relu", ["x"], "y").Output("y"));

        var error = Assert.Throws<ModelException>(() => _store.Find(path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("other.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_network_is_refused()
    {
        var path = Path.Combine(_folder, "text.onnx");
        File.WriteAllText(path, "This is a text.");

        Assert.Throws<ModelException>(() => _store.Find(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Save(string name, OnnxWriter network)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, network.ToArray());
        return path;
    }
}
