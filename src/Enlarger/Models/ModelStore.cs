using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Enlarger.Imaging;
using Enlarger.Inference;

namespace Enlarger.Models;

/// <summary>
/// Finds models: the networks embedded in this library, the resampling kernels, and ONNX files by path.
/// </summary>
/// <remarks>
/// Networks are compiled on first use and then shared, embedded ones by all instances. Instances may be used by any
/// number of threads.
/// </remarks>
public sealed class ModelStore
{
    /// <summary>The model that is chosen for each picture. A file of that name is reached as <c>./auto</c>.</summary>
    public const string Auto = "auto";

    // What auto chooses from.
    internal const string Photo = "photo";
    internal const string Drawing = "drawing";
    internal const string Restore = "restore";

    // The kernel that is used where a network fails the fidelity check.
    internal const string Fallback = "bicubic";

    // The network photo, fine-tuned to be sharper than the most faithful result.
    internal const string Enhance = "enhance";

    // Interpolated networks from photo to enhance: between neighbours no sample changes by much more than a level, and
    // all of them together fit in memory.
    private const int EnhancingSteps = 16;

    // 256 MiB hold 67 million weights, ten times as many as the largest network that is practical on a CPU.
    private const long FileBytesMax = 256L << 20;

    private const string Folder = "models/";
    private static readonly Lazy<IReadOnlyList<Model>> Embedded = new(FindEmbedded);
    private readonly ConcurrentDictionary<string, Model> _files = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<Model>> _models = Embedded;
    private readonly ConcurrentDictionary<int, Model> _enhancing = new();

    /// <summary>All models with names, in the order in which to show them.</summary>
    public IReadOnlyList<Model> List() => _models.Value;

    /// <summary>The model of that name, or of that ONNX file; null where there is none.</summary>
    /// <exception cref="ModelException">The file is there and cannot be used; the message says why.</exception>
    public Model? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindNamed(name)
            ?? (File.Exists(name) ? _files.GetOrAdd(Path.GetFullPath(name), _ => FromFile(name)) : null);
    }

    /// <summary>The model of that name, without looking for files; null where there is none.</summary>
    internal Model? FindNamed(string name) =>
        List().FirstOrDefault(model => string.Equals(model.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same, but a missing model is an error.</summary>
    /// <exception cref="ModelException">There is none, or its file cannot be used.</exception>
    public Model Get(string name) =>
        Find(name) ?? throw new ModelException(
            $"There is no model \"{name}\"; there are {string.Join(", ", List().Select(model => model.Name))}, "
            + "and any ONNX file by its path.");

    /// <summary>
    /// The model interpolated between <see cref="Photo"/> and <see cref="Enhance"/>, for the scales that both have;
    /// null at 0, and where one of them is missing.
    /// </summary>
    /// <param name="amount">0 to 1; rounded to sixteenths.</param>
    internal Model? Enhancing(double amount)
    {
        var step = (int)Math.Round(amount * EnhancingSteps);
        return step > 0 && FindNamed(Photo) is { } photo && FindNamed(Enhance) is { } enhance
            ? _enhancing.GetOrAdd(step, _ => Interpolate(photo, enhance, (double)step / EnhancingSteps))
            : null;
    }

    private static Model Interpolate(Model from, Model to, double amount)
    {
        var assembly = typeof(ModelStore).Assembly;
        return new Model(to.Name, to.Card, from.Scales.Intersect(to.Scales).ToDictionary(
            scale => scale,
            scale => new Lazy<Network>(() => Inference.Network.LoadBetween(
                ReadBytes(assembly, NetworkFile(from.Name, scale)),
                ReadBytes(assembly, NetworkFile(to.Name, scale)),
                amount))));
    }

    private static string NetworkFile(string name, int scale) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}{name}_x{scale}.onnx");

    private static Model FromFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > FileBytesMax)
            {
                throw new ModelException($"It is larger than {FileBytesMax >> 20} MiB.");
            }

            var network = Inference.Network.Load(File.ReadAllBytes(path));
            network.CheckEnlarges();
            var lazy = new Lazy<Network>(network);
            return new Model(
                path,
                $"# {path}\n\nAn ONNX file of your own.\n",
                new Dictionary<int, Lazy<Network>> { [network.Scale] = lazy });
        }
        catch (ModelException reason)
        {
            throw new ModelException($"\"{path}\" cannot be used: {reason.Message}", reason);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"\"{path}\" cannot be read.", error);
        }
    }

    // A model is a card "models/NAME.md" and networks "models/NAME_xSCALE.onnx".
    private static IReadOnlyList<Model> FindEmbedded()
    {
        var assembly = typeof(ModelStore).Assembly;
        var files = assembly.GetManifestResourceNames();
        var networks = files
            .Where(file => file.StartsWith(Folder, StringComparison.Ordinal))
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .Select(card => card[Folder.Length..^3])
            .Where(name => name != Auto)
            .Order(StringComparer.Ordinal)
            .Select(name => new Model(name, ReadCard(assembly, name), Networks(assembly, files, name)))
            .Where(model => model.Scales.Count > 0)
            .ToList();
        var candidates = networks.Where(model => model.Name is Photo or Drawing or Restore).ToList();
        const string Bicubic = "# bicubic\n\nCubic interpolation as MATLAB's imresize does it. No network.\n";
        const string Lanczos = "# lanczos\n\nLanczos interpolation over three lobes. No network.\n";
        return
        [
            new Model(Auto, ReadCard(assembly, Auto), candidates),
            .. networks,
            new Model("bicubic", Bicubic, ResampleKernel.Cubic),
            new Model("lanczos", Lanczos, ResampleKernel.Lanczos3),
        ];
    }

    private static Dictionary<int, Lazy<Network>> Networks(Assembly assembly, string[] files, string name)
    {
        var networks = new Dictionary<int, Lazy<Network>>();
        var prefix = $"{Folder}{name}_x";
        foreach (var file in files.Where(file => file.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var scale = Path.GetFileNameWithoutExtension(file[prefix.Length..]);
            networks[int.Parse(scale, CultureInfo.InvariantCulture)] =
                new Lazy<Network>(() => Inference.Network.Load(ReadBytes(assembly, file)));
        }

        return networks;
    }

    private static byte[] ReadBytes(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string ReadCard(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream($"{Folder}{name}.md")!);
        return reader.ReadToEnd();
    }
}
