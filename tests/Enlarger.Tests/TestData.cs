namespace Enlarger.Tests;

/// <summary>Pictures that tests read and that cannot be in the repository; they are in <c>../shared</c>.</summary>
internal static class TestData
{
    // .ci/run gathers the lines that begin with this.
    private const string Mark = "Needs test data";

    private static readonly (string Folder, string From)[] Sources =
    [
        ("bench/Set5", "Set5 as PNG, which github.com/jbhuang0604/SelfExSR links to"),
        ("bench/Set14", "Set14 as PNG, which github.com/jbhuang0604/SelfExSR links to"),
        ("bench/Kodak12", "every other picture of r0k.us/graphics/kodak as PNG"),
        ("train", "the pictures that training/README.md describes, as *.tar with manifest.csv"),
        ("hostile", "malformed and unusual files with a LIST.md of the right answers, not published; many are in "
            + "schaik.com/pngsuite, entropymine.com/jason/bmpsuite and among the test files of libvips"),
        ("cases", "pictures with unusual metadata, not published; the tests beside make their like"),
    ];

    /// <summary>The path of a file or folder below <c>../shared</c>; without it, the test is skipped.</summary>
    public static string Get(string relative)
    {
        var path = Repository.Path(Path.Combine("../shared", relative));
        Assert.SkipUnless(Path.Exists(path), $"{Mark} in ../shared/{relative}: {From(relative)}.");
        return path;
    }

    private static string From(string relative) =>
        Sources.Single(source => relative.StartsWith(source.Folder, StringComparison.Ordinal)).From;
}
