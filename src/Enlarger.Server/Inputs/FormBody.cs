using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Inputs;

/// <summary>A <c>multipart/form-data</c> body. Every part keeps its bytes, whether or not it has a file name.</summary>
/// <remarks>
/// ASP.NET's own form reader takes a part without a file name for text, and so damages the pictures that several
/// clients send that way.
/// </remarks>
internal sealed class FormBody(IReadOnlyList<FormPart> parts)
{
    // More parts than any contract has fields are an attack on memory.
    private const int PartsMax = 64;

    public IReadOnlyList<FormPart> Parts { get; } = parts;

    /// <summary>The last part of that name, as most form readers have it; null where there is none.</summary>
    public FormPart? Find(string name) => Parts.LastOrDefault(part => part.Name == name);

    public static bool IsForm(HttpRequest http) =>
        MediaTypeHeaderValue.TryParse(http.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    public static async Task<FormBody> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(http.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
        {
            throw new FaultException(Fault.BodyInvalid, "The multipart body has no boundary in its Content-Type.");
        }

        var parts = new List<FormPart>();
        try
        {
            var reader = new MultipartReader(boundary, http.Body);
            while (await reader.ReadNextSectionAsync(cancel) is { } section)
            {
                if (parts.Count == PartsMax)
                {
                    throw new FaultException(Fault.BodyInvalid, $"The form has more than {PartsMax} parts.");
                }

                parts.Add(await ReadPartAsync(section, cancel));
            }
        }
        catch (Exception error) when (error is (IOException and not BadHttpRequestException) or InvalidDataException)
        {
            throw new FaultException(Fault.BodyInvalid, "The multipart body is cut off or malformed.", error);
        }

        return new FormBody(parts);
    }

    private static async Task<FormPart> ReadPartAsync(MultipartSection section, CancellationToken cancel)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            throw new FaultException(Fault.BodyInvalid, "A part of the form has no name.");
        }

        using var bytes = new MemoryStream();
        await section.Body.CopyToAsync(bytes, cancel);
        return new FormPart(
            HeaderUtilities.RemoveQuotes(disposition.Name).ToString(),
            bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }
}

/// <summary>One field of a form.</summary>
internal sealed record FormPart(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The field as text, UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
