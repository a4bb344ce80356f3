using System.Text;
using Enlarger.Imaging;
using Enlarger.Server.Commands;

namespace Enlarger.Tests.Commands;

/// <summary>What a command left on its streams.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error, byte[] Bytes)
{
    public IReadOnlyList<string> OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<CommandRun> Of(params string[] arguments) =>
        Of(arguments, [], TestContext.Current.CancellationToken);

    public static async Task<CommandRun> Of(string[] arguments, byte[] input, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        // Written to by several threads, as Console.Out may be.
        var (text, talk) = (new StringBuilder(), new StringBuilder());
        var streams = new ConsoleStreams
        {
            Input = new MemoryStream(input),
            Output = output,
            Out = TextWriter.Synchronized(new StringWriter(text) { NewLine = "\n" }),
            Error = TextWriter.Synchronized(new StringWriter(talk) { NewLine = "\n" }),
        };
        var exitCode = await CommandLine.RunAsync(arguments, streams, cancel);
        return new CommandRun(exitCode, text.ToString(), talk.ToString(), output.ToArray());
    }

    /// <summary>A small picture with an edge and a gradient in it, as a file of that format.</summary>
    public static byte[] Picture(int width, int height, ImageFormat format = ImageFormat.Png)
    {
        using var file = new MemoryStream();
        ImageWriter.Write(
            new PixelLayout(width, height, 3, 8),
            ImageMetadata.None,
            (y, samples) =>
            {
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = (byte)(i / 3 < width / 2 ? (y * 200 / height) + 20 : 230 - (i * 90 / samples.Length));
                }
            },
            file,
            new WriteOptions(format),
            TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    public static ReadImage Read(string path) => Read(File.ReadAllBytes(path));

    public static ReadImage Read(byte[] file) =>
        ImageReader.Read(new MemoryStream(file), ImageLimits.Default, TestContext.Current.CancellationToken);
}
