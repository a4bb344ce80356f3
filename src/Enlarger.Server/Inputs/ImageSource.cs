namespace Enlarger.Server.Inputs;

/// <summary>Where a request says its picture is.</summary>
internal abstract record ImageSource
{
    private ImageSource()
    {
    }

    /// <summary>The file itself, as it was uploaded.</summary>
    public sealed record Upload(ReadOnlyMemory<byte> File) : ImageSource;

    /// <summary>The file in base64, UTF-8, without any <c>data:</c> prefix.</summary>
    public sealed record Base64(ReadOnlyMemory<byte> Text) : ImageSource;

    /// <summary>The address of the file, as the caller wrote it.</summary>
    public sealed record Link(string Address) : ImageSource;
}
