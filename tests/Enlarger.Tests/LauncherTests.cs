using System.Text.RegularExpressions;

namespace Enlarger.Tests;

/// <summary>The launchers of Windows and of other systems build for the same reasons.</summary>
public sealed partial class LauncherTests
{
    [Fact]
    public void Both_launchers_watch_the_same_sources()
    {
        var bash = Watched().Match(File.ReadAllText(Repository.Path("enlarger"))).Groups["names"].Value
            .Split([' ', '\\', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var windows = File.ReadAllText(Repository.Path("enlarger.cmd")).Split(":sources")[^1];

        Assert.NotEmpty(bash);
        Assert.All(bash, name => Assert.Matches($@"[\s(]{Regex.Escape(name)}[\s)]", windows));
        Assert.All(bash, name => Assert.True(Path.Exists(Repository.Path(name)), name));
    }

    [GeneratedRegex(@"find (?<names>[^-]+)-newer", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Watched();
}
