using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Enlarger.Tests.Commands;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.FirstContact;

/// <summary>Serving as the documents say, with nothing set but the port and the data folder.</summary>
public sealed partial class DocumentedSessionTests
{
    private const string ReadmeAddress = "http://127.0.0.1:8080";
    private const string Mark = "-- 8< --";

    private static readonly string[] RoutesOfVendors =
    [
        "/v1/upscale", "/api/image/enhance/image-lossless-enlargement", "/api/v1/image/upscale",
        "/v1/image/tool/upscale", "/v1/image/upscale",
    ];

    public static TheoryData<string, string> Serves { get; } =
        [.. DocumentedLine.All.Where(line => line.Command == "serve").Select(line => (line.Document, line.Text))];

    [Fact]
    public void Has_a_command_for_each_vendor() =>
        Assert.Equal(
            RoutesOfVendors.Select(route => ReadmeAddress + route),
            ReadmeCommands.Curls.Select(curl => Address().Match(curl).Value));

    [Theory, MemberData(nameof(Serves))]
    public async Task A_line_that_serves_starts_a_server_that_is_ready(string document, string text)
    {
        _ = document;
        using var folder = await NewcomerFolder.MakeAsync();
        await using var server = Start(folder, text);
        using var client = new HttpClient(new SocketsHttpHandler());

        var ready = await client.GetAsync(new Uri(await server.AddressAsync(Cancel), "readyz"), Cancel);

        Assert.True(ready.IsSuccessStatusCode, server.Error);
    }

    [Fact]
    public async Task The_readme_s_requests_give_pictures()
    {
        using var folder = await NewcomerFolder.MakeAsync();
        await using var server = Start(folder, ReadmeCommands.Serve);
        var address = (await server.AddressAsync(Cancel)).ToString().TrimEnd('/');
        var lines = DocumentedLine.All
            .Where(line => line is { Document: DocumentedLine.Readme, IsOfSession: true })
            .Select(line => line.Text.Replace(ReadmeAddress, address, StringComparison.Ordinal));

        await CheckAsync(folder, [.. lines], key: "");
    }

    [Fact]
    public async Task The_start_page_s_requests_give_pictures()
    {
        using var folder = await NewcomerFolder.MakeAsync();
        await using var server = Start(folder, ReadmeCommands.Serve);
        using var client = new HttpClient(new SocketsHttpHandler());
        var page = await client.GetStringAsync(await server.AddressAsync(Cancel), Cancel);
        var lines = DocumentedLine.OfPage(page).Select(line => line.Text).ToList();
        await folder.PrepareAsync(lines.SelectMany(line => Uploads(line)));

        await CheckAsync(folder, lines, await server.KeyAsync(Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ServeProcess Start(NewcomerFolder folder, string line)
    {
        var options = CommandLineParser.SplitCommandLine(line).Skip(2).ToList();
        foreach (var own in new[] { "--data", "--urls" })
        {
            if (options.IndexOf(own) is >= 0 and var at)
            {
                options.RemoveRange(at, 2);
            }
        }

        return ServeProcess.StartProgram(
            NewcomerFolder.Launcher, folder.Data, [.. options, "--urls", "http://127.0.0.1:0"]);
    }

    // In one shell, since a command sets what later ones use. A mark parts the answers.
    private static async Task CheckAsync(NewcomerFolder folder, IReadOnlyList<string> lines, string key)
    {
        var commands = string.Concat(lines.Select(line => $"{line}\necho '{Mark}'\n"));

        var (exitCode, output, error) = await folder.RunAsync(commands, key);

        // The program may talk on standard error; curl -sS does so only when it fails.
        Assert.True(exitCode == 0, error + output);
        var first = Array.Empty<byte>();
        foreach (var (line, answer) in lines.Zip(output.Split(Mark)).Where(pair => pair.First.Contains("curl ")))
        {
            var (name, file) = await ResultAsync(folder, line, answer);
            var source = Uploads(line).FirstOrDefault() is { } upload ? File.ReadAllBytes(folder[upload]) : first;
            await CheckAsync(line, source, name, file);
            first = first.Length == 0 ? file : first;
        }
    }

    private static async Task CheckAsync(string line, byte[] source, string name, byte[] file)
    {
        var picture = CommandRun.Read(source).Image;
        var result = ExpectedPicture.Named(name, file);
        var scale = Factor().Match(line) is { Success: true } factor
            ? double.Parse(factor.Groups["value"].Value, CultureInfo.InvariantCulture)
            : Math.Max(2, Math.Round((double)result.Image.Width / picture.Width));
        ExpectedPicture.HasScale(scale, picture, result.Image);
        await ExpectedPicture.IsNotBicubicAsync(source, result);
    }

    // The answer is a file that curl wrote, or names an address.
    private static async Task<(string Name, byte[] File)> ResultAsync(NewcomerFolder folder, string line, string answer)
    {
        if (OutputFile().Match(line) is { Success: true } written)
        {
            var name = written.Groups["value"].Value;
            return (name, await File.ReadAllBytesAsync(folder[name], Cancel));
        }

        var address = new Uri(Address().Match(answer) is { Success: true } match ? match.Value : throw new
            InvalidOperationException($"No address in the answer {answer} to {line}"));
        using var client = new HttpClient(new SocketsHttpHandler());
        return (address.AbsolutePath, await client.GetByteArrayAsync(address, Cancel));
    }

    private static IEnumerable<string> Uploads(string line) =>
        Upload().Matches(line).Select(match => match.Groups["value"].Value);

    [GeneratedRegex(@"http://[^\s""]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"=@(?<value>[^\s;]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Upload();

    [GeneratedRegex(@"(?<!grep) -o (?<value>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutputFile();

    [GeneratedRegex(@"(scale|factor)[^\w]+(?<value>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Factor();
}
