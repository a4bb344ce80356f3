using System.Text;

namespace Enlarger.Server.Commands;

/// <summary>Writes to a standard stream, which may be full or closed.</summary>
/// <param name="writer">The writer that does the work.</param>
/// <param name="failed">Told why something could not be written, which is then lost.</param>
internal sealed class GuardedWriter(TextWriter writer, Action<Exception> failed) : TextWriter
{
    public override Encoding Encoding => writer.Encoding;

    public override void Write(char value) => Guard(() => writer.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => writer.Write(buffer, index, count));

    public override void Write(string? value) => Guard(() => writer.Write(value));

    // In one piece, so that lines of several processes do not get mixed.
    public override void WriteLine(string? value) => Guard(() => writer.WriteLine(value));

    public override void Flush() => Guard(writer.Flush);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            failed(error);
        }
    }
}
