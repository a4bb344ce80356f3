using System.Security.Cryptography;
using System.Text;

namespace Enlarger.Tests.Vendors;

/// <summary>A request that breaks a contract in one way; <c>Why</c> says which, for the message of a failure.</summary>
internal sealed record BadRequest(
    string Why, string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body)
{
    /// <summary>The same for requests that are the same on the wire.</summary>
    public string Fingerprint
    {
        get
        {
            var head = new StringBuilder($"{Method} {Path}\n").AppendJoin('\n', Headers).Append("\n\n").ToString();
            return Convert.ToHexString(SHA256.HashData([.. Encoding.UTF8.GetBytes(head), .. Body ?? []]));
        }
    }

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(new HttpMethod(Method), Path);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
        }

        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    public override string ToString()
    {
        var headers = string.Join('\n', Headers.Select(header => $"{header.Name}: {Start(header.Value)}"));
        return $"{Why}\n{Method} {Path}\n{headers}\n\n{Start(Encoding.Latin1.GetString(Body ?? []))}";
    }

    private static string Start(string text) => text.Length > 500 ? text[..500] + "..." : text;
}
