using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Enlarger.Tests;

/// <summary>House rules that no analyzer knows. Each failure says what to do instead.</summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 400;
    private const int LineColumnsMax = 120;

    // The largest contract, with its tree of validation errors, takes 730.
    private const int VendorLinesMax = 750;

    // A clone stays small. Networks are what the project is about, and have a limit in CONTRIBUTING.md.
    private const int BlobBytesMax = 600 << 10;

    [Fact]
    public void Source_files_fit_the_limits()
    {
        var untidy =
            from path in SourceFiles("src", "tests").Concat(TrainingScripts())
            from complaint in Complaints(File.ReadAllLines(path))
            select $"{Short(path)}{complaint}";

        Fail(untidy);
    }

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        var vague =
            from path in SourceFiles("src", "tests")
            where VagueName().IsMatch(Path.GetFileNameWithoutExtension(path))
                || VagueName().IsMatch(Path.GetFileName(Path.GetDirectoryName(path)!))
            select $"{Short(path)}: everything would fit under this name. Say what it is, or put it where it is used.";

        Fail(vague);
    }

    [Fact]
    public void Two_projects_ship()
    {
        var projects = Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories);

        Assert.Equal(["Enlarger", "Enlarger.Server"], projects.Select(Path.GetFileNameWithoutExtension).Order());
    }

    // What a folder of the library may use of the others; a folder in it may always use the one that it lies in.
    [Theory]
    [InlineData("Imaging", "Imaging")]
    [InlineData("Inference", "Inference|Imaging")]
    [InlineData("Inference/Onnx", "Inference.Onnx")]
    [InlineData("Inference/Kernels", "Inference.Kernels")]
    [InlineData("Inference/Steps", "Inference.Steps|Inference.Kernels")]
    [InlineData("Inference/Compilation", "Inference.Compilation|Inference.Steps|Inference.Kernels|Inference.Onnx")]
    [InlineData(
        "Inference/Scheduling", "Inference.Scheduling|Inference.Compilation|Inference.Steps|Inference.Kernels")]
    [InlineData("Inference/Tiling", "Inference|Imaging")]
    [InlineData("Models", "Models|Inference|Imaging")]
    [InlineData("Enhancing", "Enhancing|Imaging")]
    [InlineData("Choosing", "Choosing|Enhancing|Models|Inference|Imaging")]
    [InlineData("Enlarging", "Enlarging|Choosing|Enhancing|Models|Inference|Imaging")]
    public void Folders_of_the_library_use_those_below_them(string folder, string allowed)
    {
        var upward =
            from path in SourceFiles($"src/Enlarger/{folder}")
            from match in LibraryUsing().Matches(File.ReadAllText(path))
            let used = match.Groups["folder"].Value
            where !allowed.Split('|').Any(name => used == name || used.StartsWith(name + ".", StringComparison.Ordinal))
            select $"{Short(path)} uses {used}. What both need belongs further down.";

        Fail(upward);
    }

    // The same for the server. What no folder has, such as Fault, lies beside them for all.
    [Theory]
    [InlineData("Commands", "Accounts|Inputs|Jobs|Observability|Storage|Vendors")]
    [InlineData("Page", "Jobs|Observability|Storage")]
    [InlineData("Observability", "Accounts|Jobs|Storage|Vendors")]
    [InlineData("Vendors", "Accounts|Inputs|Jobs|Storage")]
    [InlineData("Jobs", "Accounts|Decoding|Inputs|Storage")]
    [InlineData("Decoding", "")]
    [InlineData("Inputs", "")]
    [InlineData("Accounts", "Storage")]
    [InlineData("Storage", "Accounts")]
    public void Folders_of_the_server_use_those_below_them(string folder, string allowed)
    {
        var upward =
            from path in SourceFiles($"src/Enlarger.Server/{folder}")
            from match in ServerUsing().Matches(File.ReadAllText(path))
            let used = match.Groups["folder"].Value
            where used != folder && !allowed.Split('|').Contains(used)
            select $"{Short(path)} uses {used}. What both need belongs further down.";

        Fail(upward);
    }

    [Fact]
    public void Vendor_folders_are_small_and_complete_and_know_nothing_of_each_other()
    {
        var folders = Directory.EnumerateDirectories(Repository.Path("src/Enlarger.Server/Vendors")).ToList();
        var names = folders.Select(folder => Path.GetFileName(folder)).ToList();
        var complaints =
            from folder in folders
            let name = Path.GetFileName(folder)
            from complaint in VendorComplaints(folder, names.Where(other => other != name))
            select $"{name}: {complaint}";

        Fail(complaints);
    }

    [Fact]
    public void Links_in_documents_lead_somewhere()
    {
        var broken =
            from path in Tracked()
            where path.EndsWith(".md", StringComparison.Ordinal)
            from match in Link().Matches(File.ReadAllText(path))
            let target = match.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && target.Length > 0
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target))
            select $"{Short(path)}: there is no {target}.";

        Fail(broken);
    }

    [Fact]
    public void Files_are_small()
    {
        var large =
            from path in Tracked()
            let bytes = new FileInfo(path).Length
            where bytes > BlobBytesMax && !Short(path).StartsWith("models", StringComparison.Ordinal)
            select $"{Short(path)}: {bytes} bytes. Make it smaller, or make it when it is needed.";

        Fail(large);
    }

    [Fact]
    public void Every_network_has_a_card()
    {
        var nameless =
            from path in Directory.EnumerateFiles(Repository.Path("models"), "*.onnx")
            let card = ScaleSuffix().Replace(Path.GetFileNameWithoutExtension(path), "") + ".md"
            where !File.Exists(Repository.Path($"models/{card}"))
            select $"{Short(path)} needs models/{card}: architecture, training, licence, figures.";

        Fail(nameless);
    }

    [Fact]
    public void Scripts_can_be_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permission.");
        Assert.All(
            ["enlarger", ".ci/run", "bench/quality.sh"],
            script => Assert.True(
                OperatingSystem.IsWindows()
                    || File.GetUnixFileMode(Repository.Path(script)).HasFlag(UnixFileMode.UserExecute),
                script));
    }

    private static IEnumerable<string> VendorComplaints(string folder, IEnumerable<string> others)
    {
        foreach (var document in (string[])["README.md", "openapi.json"])
        {
            if (!File.Exists(Path.Combine(folder, document)))
            {
                yield return $"{document} is missing.";
            }
        }

        if (!Directory.Exists(Repository.Path($"tests/Enlarger.Tests/Vendors/{Path.GetFileName(folder)}")))
        {
            yield return "there are no transcripts.";
        }

        var sources = Directory.EnumerateFiles(folder, "*.cs").Select(File.ReadAllText).ToList();
        var lines = sources.Sum(source => source.Count(c => c == '\n'));
        if (lines > VendorLinesMax)
        {
            yield return $"{lines} lines. A vendor reads like its page.";
        }

        foreach (var other in others.Where(other => sources.Exists(source => source.Contains(other))))
        {
            yield return $"it mentions {other}. Ten lines twice are better than two vendors that change together.";
        }
    }

    private static void Fail(IEnumerable<string> complaints)
    {
        var list = string.Join('\n', complaints);
        Assert.True(list.Length == 0, list);
    }

    private static IEnumerable<string> Complaints(string[] lines)
    {
        if (lines.Length > FileLinesMax)
        {
            yield return $": {lines.Length} lines. Split it at a seam, not at line {FileLinesMax}.";
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > LineColumnsMax)
            {
                yield return $":{i + 1}: {lines[i].Length} columns. Break the line.";
            }

            if (LooseEnd().IsMatch(lines[i]))
            {
                yield return $":{i + 1}: a loose end without an issue number. Do it, drop it, or file it.";
            }
        }
    }

    // What Git would take: everything but build outputs, hidden folders and results beside the samples.
    private static IEnumerable<string> Tracked() =>
        from path in new FileSystemEnumerable<string>(
            Repository.Path("."),
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && !entry.FileName.Contains('@'),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                entry.FileName is not ("artifacts" or "node_modules") && entry.FileName[0] != '.',
        }
        select Path.GetFullPath(path);

    private static string Short(string path) => Path.GetRelativePath(Repository.Path("."), path).Replace('\\', '/');

    private static IEnumerable<string> SourceFiles(params string[] folders) =>
        folders.SelectMany(folder =>
            Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories));

    private static IEnumerable<string> TrainingScripts() =>
        Directory.EnumerateFiles(Repository.Path("training"), "*.py");

    [GeneratedRegex(@"\b(TO" + @"DO|HA" + @"CK)\b(?! #\d)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooseEnd();

    [GeneratedRegex(
        @"^using (static )?Enlarger\.(?<folder>[\w.]+);", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex LibraryUsing();

    [GeneratedRegex(
        @"^using (static )?Enlarger\.Server\.(?<folder>\w+)",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        1000)]
    private static partial Regex ServerUsing();

    [GeneratedRegex("(Util|Utils|Utility|Helper|Helpers|Manager|Common|Misc)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]*)(#[^)]*)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"_x\d+$", RegexOptions.None, 1000)]
    private static partial Regex ScaleSuffix();
}
