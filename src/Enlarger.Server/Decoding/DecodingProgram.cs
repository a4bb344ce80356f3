using System.Globalization;
using System.Runtime.InteropServices;
using Enlarger.Imaging;

namespace Enlarger.Server.Decoding;

/// <summary>
/// What <c>enlarger decode</c> does, which only the server starts: it reads files from standard input and writes
/// pictures to standard output until its input ends, and can do nothing else.
/// </summary>
internal static class DecodingProgram
{
    /// <summary>The first argument of the program; the second is the number of the server's process.</summary>
    public const string Argument = "decode";

    /// <summary>Sent once the process is ready for the first file.</summary>
    public const byte Ready = (byte)'!';

    public static int Run(string serverId)
    {
        // Whoever stops the server tells all of its processes. This one ends when the server closes its input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        var isLost = !int.TryParse(serverId, NumberStyles.None, CultureInfo.InvariantCulture, out var server)
            || !Sandbox.Enter(server);
        if (isLost)
        {
            return 1;
        }

        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        WarmUp();
        output.WriteByte(Ready);
        output.Flush();
        while (true)
        {
            byte[] file;
            try
            {
                file = new byte[DecodeReply.ReadLength(input)];
                input.ReadExactly(file);
            }
            catch (EndOfStreamException)
            {
                return 0;
            }

            Answer(file, output);
            output.Flush();
        }
    }

    private static void Answer(byte[] file, Stream output)
    {
        try
        {
            var read = ImageReader.Read(file, ImageLimits.Default);
            DecodeReply.Of(read).WriteTo(output);
            output.Write(read.Image.Samples.Span);
        }
        catch (ImageException refusal)
        {
            DecodeReply.Of(refusal).WriteTo(output);
        }
        catch (OutOfMemoryException)
        {
            DecodeReply.Of(new ImageException(
                ImageFault.TooComplex, "The image needs more memory than reading one may take.")).WriteTo(output);
        }
    }

    // Loads the codecs and compiles what the first picture would wait for.
    private static void WarmUp()
    {
        var layout = new PixelLayout(16, 16, 3, 8);
        using var file = new MemoryStream();
        ImageWriter.Write(
            layout, ImageMetadata.None, (_, row) => row.Clear(), file, new WriteOptions(ImageFormat.Png, null));
        Answer(file.ToArray(), Stream.Null);
        Answer([], Stream.Null);
    }
}
