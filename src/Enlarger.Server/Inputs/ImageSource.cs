using System.Text;

namespace Enlarger.Server.Inputs;

/// <summary>Where a request says its picture is.</summary>
internal abstract record ImageSource
{
    private ImageSource()
    {
    }

    /// <summary>The file itself, as it was uploaded.</summary>
    public sealed record Upload(ReadOnlyMemory<byte> File) : ImageSource;

    /// <summary>The file in base64, UTF-8, without any <c>data:</c> prefix. It is decoded where it lies.</summary>
    public sealed record Base64(Memory<byte> Text) : ImageSource
    {
        /// <summary>The same without the head of a <c>data:</c> URL, where it has one.</summary>
        public Base64 WithoutDataHead()
        {
            if (Text.Length < 5 || !Ascii.EqualsIgnoreCase(Text.Span[..5], "data:"))
            {
                return this;
            }

            var comma = Text.Span.IndexOf((byte)',');
            var head = Text.Span[..Math.Max(comma, 0)].TrimEnd((byte)' ');
            return head.Length >= 7 && Ascii.EqualsIgnoreCase(head[^7..], ";base64")
                ? new Base64(Text[(comma + 1)..])
                : this;
        }
    }

    /// <summary>The address of the file, as the caller wrote it.</summary>
    public sealed record Link(string Address) : ImageSource;
}
