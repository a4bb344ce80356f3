using System.Text;
using System.Text.Unicode;

namespace Enlarger.Server.Inputs;

/// <summary>A <c>multipart/form-data</c> body (RFC 7578). Parts keep their bytes, with or without file names.</summary>
/// <remarks>
/// ASP.NET's own form reader takes a part without a file name for text, and so damages the pictures that several
/// clients send that way.
/// </remarks>
internal sealed class FormBody(IReadOnlyList<FormPart> parts)
{
    // RFC 2046, 5.1.1. What is longer only makes the search for it slow.
    private const int BoundaryCharsMax = 70;

    public IReadOnlyList<FormPart> Parts { get; } = parts;

    /// <summary>The last part of that name, as most form readers have it; null where there is none.</summary>
    public FormPart? Find(string name) => Parts.LastOrDefault(part => part.Name == name);

    public static bool IsForm(HttpRequest http) =>
        new HeaderParameters(http.ContentType ?? "").Value.Equals(
            "multipart/form-data", StringComparison.OrdinalIgnoreCase);

    public static async Task<FormBody> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        var boundary = ReadBoundary(http.ContentType);
        return Parse(await RequestBody.ReadAsync(http, cancel), boundary);
    }

    /// <summary>Reads a body that is here. The parts are slices of it.</summary>
    internal static FormBody Parse(ReadOnlyMemory<byte> body, string boundary) =>
        new(new FormReader(body, boundary).ReadParts());

    private static string ReadBoundary(string? contentType)
    {
        var boundary = new HeaderParameters(contentType ?? "").Find("boundary") ?? "";
        return boundary.Length switch
        {
            0 => throw new FaultException(
                Fault.BodyInvalid, "The multipart body has no boundary in its Content-Type."),
            > BoundaryCharsMax => throw new FaultException(
                Fault.BodyInvalid, $"The boundary of the multipart body has more than {BoundaryCharsMax} characters."),
            _ => boundary,
        };
    }
}

/// <summary>One field of a form.</summary>
internal sealed record FormPart(string Name, ReadOnlyMemory<byte> Bytes)
{
    // Far above every contract's longest text, far below what a string of it would cost.
    private const int TextBytesMax = 64 << 10;

    /// <summary>The field as text, UTF-8.</summary>
    /// <exception cref="FaultException">It is no text, or as long as none is.</exception>
    public string Text =>
        Bytes.Length > TextBytesMax ? throw Invalid($"{Name} is longer than any text that is taken here.")
        : Utf8.IsValid(Bytes.Span) ? Encoding.UTF8.GetString(Bytes.Span)
        : throw Invalid($"{Name} is not valid UTF-8.");

    private FaultException Invalid(string words) => new(Fault.ParameterInvalid, words) { Field = Name };
}
