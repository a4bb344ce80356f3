using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Enlarger.Tests.Commands;

namespace Enlarger.Tests.FirstContact;

/// <summary>What <c>dotnet publish -r</c> and <c>dotnet pack</c> make, as those who take it elsewhere get it.</summary>
public sealed partial class DistributionTests(DistributionTests.Builds builds) : IClassFixture<DistributionTests.Builds>
{
    private static readonly string[] Platforms =
        ["linux-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-arm64", "win-x64"];

    [Theory]
    [InlineData("linux-x64", "Enlarger.Server", "libe_sqlite3.so", "libvips.so.42")]
    [InlineData("linux-arm64", "Enlarger.Server", "libe_sqlite3.so", "libvips.so.42")]
    [InlineData("win-x64", "Enlarger.Server.exe", "e_sqlite3.dll", "libvips-42.dll")]
    [InlineData("osx-arm64", "Enlarger.Server", "libe_sqlite3.dylib", "libvips.42.dylib")]
    public async Task A_published_program_has_the_native_files_of_its_platform_and_no_others(
        string platform, params string[] names)
    {
        var locks = Locks();

        var folder = await builds.PublishAsync(platform);

        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path), Platform: NativeFile.PlatformOf(path)))
            .Where(file => file.Platform is not null)
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        Assert.Equal(names.Select(name => (name, (string?)platform)), found);
        Assert.Equal(locks, Locks());
    }

    [Fact]
    public async Task A_build_for_one_platform_locks_its_packages_in_the_artifacts()
    {
        var file = await DotnetCommand.RunAsync(
            Repository.Path("src/Enlarger.Server"),
            "msbuild", "-p:RuntimeIdentifier=win-x64", "-getProperty:NuGetLockFilePath");

        Assert.Equal(
            Path.GetFullPath(Repository.Path("artifacts/locks/Enlarger.Server.json")), Path.GetFullPath(file.Trim()));
    }

    // Only what is built to be run here is without the others.
    [Fact]
    public async Task A_program_published_for_all_platforms_has_the_native_files_of_all()
    {
        var files = await DotnetCommand.RunAsync(
            Repository.Path("src/Enlarger.Server"),
            "msbuild", "-t:ComputeResolvedFilesToPublishList", "-getItem:ResolvedFileToPublish");

        var published = Published().Matches(files).Select(match => match.Groups["platform"].Value).ToList();
        Assert.All(Platforms, platform => Assert.Contains(platform, published));
        var built = Directory.EnumerateFiles(AppContext.BaseDirectory, "*libvips*", SearchOption.AllDirectories);
        Assert.Single(built);
    }

    [Fact]
    public async Task A_program_without_its_libvips_says_that_the_system_s_is_used()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "Needs Linux on x64, whose program it runs.");
        var program = await builds.PublishAsync("linux-x64");
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.png"], CommandRun.Picture(16, 12));

        var whole = await UpscaleAsync();
        Directory.CreateDirectory(folder["system"]);
        File.Move(Path.Combine(program, "libvips.so.42"), folder["system/libvips.so.42"]);
        var (warned, quiet) = (await UpscaleAsync(), await UpscaleAsync("--quiet"));
        File.Move(folder["system/libvips.so.42"], Path.Combine(program, "libvips.so.42"));

        Assert.All([whole, warned, quiet], run => Assert.True(run.ExitCode == 0, run.Error));
        Assert.DoesNotContain("libvips", whole.Error);
        Assert.Single(warned.Error.Split('\n'), line => line.Contains("libvips.so.42, which belongs to"));
        Assert.Empty(quiet.Error);

        async Task<(int ExitCode, string Out, string Error)> UpscaleAsync(params string[] options) =>
            await DotnetCommand.RunAsync(new ProcessStartInfo(
                Path.Combine(program, "Enlarger.Server"),
                ["upscale", folder["a.png"], "-m", "bicubic", "--force", .. options])
            {
                // Stands for the folder of the system's libraries.
                Environment = { ["LD_LIBRARY_PATH"] = folder["system"] },
            });
    }

    [Fact]
    public async Task The_package_has_what_a_package_needs()
    {
        using var package = ZipFile.OpenRead(Path.Combine(await builds.PackAsync(), $"Enlarger.{Version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(await builds.PackAsync(), $"Enlarger.{Version}.snupkg"));

        Assert.Equal(
            ["Enlarger.nuspec", "LICENSE", "README.md", "THIRD-PARTY-NOTICES.md", "lib/net10.0/Enlarger.dll",
                "lib/net10.0/Enlarger.xml"],
            package.Entries.Select(entry => entry.FullName)
                .Where(name => !name.StartsWith('_') && !name.StartsWith('[') && !name.Contains("psmdcp"))
                .Order(StringComparer.Ordinal));
        Assert.Contains(symbols.Entries, entry => entry.FullName == "lib/net10.0/Enlarger.pdb");
        await using var stream = package.GetEntry("Enlarger.nuspec")!.Open();
        var about = (await XDocument.LoadAsync(stream, LoadOptions.None, TestContext.Current.CancellationToken)).Root!;
        var space = about.Name.Namespace;
        Assert.Equal("Apache-2.0", about.Descendants(space + "license").Single().Value);
        Assert.Equal("README.md", about.Descendants(space + "readme").Single().Value);
        Assert.Equal("the Enlarger authors", about.Descendants(space + "authors").Single().Value);
        var dependency = about.Descendants(space + "dependency").Single();
        Assert.Equal("NetVips.Native", dependency.Attribute("id")!.Value);
        // What is excluded does not reach the programs of whoever uses the package.
        Assert.DoesNotContain("Native", dependency.Attribute("exclude")?.Value ?? "");
    }

    [Fact]
    public async Task A_program_that_references_the_package_enlarges()
    {
        using var folder = new TemporaryFolder();
        await WriteUserAsync(folder, await builds.PackAsync());
        var sample = Repository.Path("samples/kitten-on-lawn.jpg");

        var output = await DotnetCommand.RunAsync(folder.Root, "run", "--", sample, folder["large.jpg"]);

        var source = File.ReadAllBytes(sample);
        var result = ExpectedPicture.Named("large.jpg", File.ReadAllBytes(folder["large.jpg"]));
        ExpectedPicture.HasScale(2, CommandRun.Read(source).Image, result.Image);
        Assert.EndsWith($"became {result.Image.Width}x{result.Image.Height}.", output.TrimEnd());
        await ExpectedPicture.IsNotBicubicAsync(source, result);
        var native = folder.Files().Select(path => Native().Match(path).Groups["platform"].Value).ToList();
        Assert.All(Platforms, platform => Assert.Contains(platform, native));
    }

    private static string Version => typeof(ImageEnlarger).Assembly.GetName().Version!.ToString(3);

    private static List<string> Locks() =>
        [.. Directory.EnumerateFiles(Repository.Path("src"), "packages.lock.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText)];

    // The package comes from the folder, and what it depends on from the cache that this project was built with. It is
    // unpacked beside the program: in the cache, it would be taken for the next one of the same version.
    private static async Task WriteUserAsync(TemporaryFolder folder, string feed)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(folder["nuget.config"], $"""
            <configuration>
              <packageSources><clear /><add key="made" value="{feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="cache" value="{cache}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="packages" /></config>
            </configuration>
            """);
        await File.WriteAllTextAsync(folder["user.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Enlarger" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        var sample = Sample().Match(File.ReadAllText(Repository.Path("README.md"))).Groups["code"].Value;
        await File.WriteAllTextAsync(
            folder["Program.cs"], $"using Enlarger;\n\nvar (input, output) = (args[0], args[1]);\n{sample}");
    }

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^bin/.*/runtimes/(?<platform>[^/]+)/native/libvips", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Native();

    [GeneratedRegex(
        @"""RelativePath"": ""runtimes\W+(?<platform>[\w-]+)\W+native\W+libvips", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Published();

    /// <summary>Builds into a folder of its own, with what they have in common built once.</summary>
    public sealed class Builds : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly HashSet<string> _built = [];

        /// <returns>The folder of the program.</returns>
        public Task<string> PublishAsync(string platform) =>
            BuildAsync(platform, "publish", "src/Enlarger.Server", "-r", platform);

        /// <returns>The folder of the packages.</returns>
        public Task<string> PackAsync() => BuildAsync("feed", "pack", "src/Enlarger");

        public void Dispose() => _folder.Dispose();

        private async Task<string> BuildAsync(string name, params string[] command)
        {
            if (_built.Add(name))
            {
                await DotnetCommand.RunAsync(
                    Repository.Path("."),
                    [.. command, "--artifacts-path", _folder["artifacts"], "-o", _folder[name],
                        "-p:RunAnalyzers=false"]);
            }

            return _folder[name];
        }
    }
}
