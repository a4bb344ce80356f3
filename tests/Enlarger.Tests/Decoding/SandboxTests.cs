using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Enlarger.Server.Decoding;

namespace Enlarger.Tests.Decoding;

/// <summary>What a file finds that takes a decoder over.</summary>
public sealed class SandboxTests
{
    private const string Parent = "ENLARGER_TEST_PARENT";
    private const string Secret = "ENLARGER_TEST_SECRET";

    [Fact]
    public async Task A_decoding_process_can_do_nothing_but_decode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has such a sandbox.");
        using var folder = new TemporaryFolder();
        var secret = Path.Combine(folder.Root, "secret");
        await File.WriteAllTextAsync(secret, "a key", TestContext.Current.CancellationToken);
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Enlarger.Tests"))
        {
            ArgumentList = { "-method", $"{typeof(SandboxTests).FullName}.{nameof(Try_to_do_something_else)}" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment =
            {
                [Parent] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                [Secret] = secret,
                // As a decoding process has it.
                ["DOTNET_EnableWriteXorExecute"] = "0",
            },
        };
        // The process ends with the thread that starts it, which is this one.
        var output = await Task.Factory.StartNew(
            () =>
            {
                using var process = Process.Start(start)!;
                var text = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                return (process.ExitCode, text);
            },
            cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.True(output.ExitCode == 0, output.text);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output.text, StringComparison.Ordinal);
    }

    // In a process of its own: there is no way back out.
    [Fact]
    public void Try_to_do_something_else()
    {
        var parent = Environment.GetEnvironmentVariable(Parent);
        Assert.SkipWhen(parent is null, "It is run by the test above.");
        var secret = Environment.GetEnvironmentVariable(Secret)!;
        Assert.Equal("a key", File.ReadAllText(secret));

        Assert.True(Sandbox.Enter(int.Parse(parent!, CultureInfo.InvariantCulture)));

        Assert.ThrowsAny<SocketException>(() => new Socket(SocketType.Stream, ProtocolType.Tcp));
        Assert.ThrowsAny<SocketException>(() => new Socket(SocketType.Dgram, ProtocolType.Udp));
        Assert.ThrowsAny<Win32Exception>(() => Process.Start("/bin/true"));
        Assert.ThrowsAny<Win32Exception>(() => Process.GetProcessById(Environment.ProcessId).Kill());
        Assert.ThrowsAny<Exception>(() => File.ReadAllText(secret));
        Assert.ThrowsAny<Exception>(() => File.ReadAllText("/etc/passwd"));
        Assert.ThrowsAny<Exception>(() => File.WriteAllText($"{secret}.new", "a trace"));
        Assert.ThrowsAny<Exception>(() => Directory.GetFiles("/"));
        Assert.Throws<OutOfMemoryException>(Exhaust);
    }

    // Five GiB; an array holds two.
    private static void Exhaust()
    {
        var pieces = new List<byte[]>();
        for (var i = 0; i < 5; i++)
        {
            pieces.Add(new byte[1 << 30]);
        }

        GC.KeepAlive(pieces);
    }
}
