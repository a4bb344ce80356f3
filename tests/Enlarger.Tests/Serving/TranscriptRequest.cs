using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Enlarger.Tests.Serving;

/// <summary>
/// A request of a transcript: a line, headers, a body. In it stand <c>{{key}}</c> and <c>{{key poor}}</c>,
/// <c>{{picture NAME}}</c> for the bytes of a test picture, <c>{{base64 NAME}}</c>, <c>{{escaped NAME}}</c> for base64
/// whose slashes are escaped as PHP does in JSON, <c>{{link NAME}}</c> for an address where it can be fetched,
/// <c>{{text COUNT}}</c> for that many letters, <c>{{id 1}}</c> for the first id in the answers so far. Forms have the
/// line ends of HTTP.
/// </summary>
internal sealed partial class TranscriptRequest(string text, TranscriptState state)
{
    public HttpRequestMessage ToMessage()
    {
        var cut = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (cut < 0 ? text : text[..cut]).Split('\n');
        var line = head[0].Split(' ', 2);
        var message = new HttpRequestMessage(new HttpMethod(line[0]), Fill(line[1]));
        var fields = head.Skip(1).Select(field => field.Split(": ", 2)).ToList();
        if (cut >= 0)
        {
            var isForm = fields.Exists(field => field[1].Contains("multipart/", StringComparison.OrdinalIgnoreCase));
            message.Content = new ByteArrayContent(Bytes(text[(cut + 2)..], isForm ? "\r\n" : "\n"));
        }

        foreach (var field in fields)
        {
            if (!message.Headers.TryAddWithoutValidation(field[0], Fill(field[1])))
            {
                message.Content ??= new ByteArrayContent([]);
                message.Content.Headers.TryAddWithoutValidation(field[0], Fill(field[1]));
            }
        }

        return message;
    }

    private byte[] Bytes(string body, string lineEnd)
    {
        using var bytes = new MemoryStream();
        var end = 0;
        foreach (Match match in Placeholder().Matches(body))
        {
            bytes.Write(Text(body[end..match.Index]));
            bytes.Write(Value(match));
            end = match.Index + match.Length;
        }

        bytes.Write(Text(body[end..]));
        return bytes.ToArray();

        byte[] Text(string part) => Encoding.UTF8.GetBytes(part.Replace("\n", lineEnd, StringComparison.Ordinal));
    }

    private string Fill(string field) => Placeholder().Replace(field, match => Encoding.UTF8.GetString(Value(match)));

    private byte[] Value(Match match)
    {
        var argument = match.Groups["argument"].Value;
        return match.Groups["word"].Value switch
        {
            "picture" => TestPictures.Make(argument),
            "base64" => Encoding.UTF8.GetBytes(Convert.ToBase64String(TestPictures.Make(argument))),
            "escaped" => Encoding.UTF8.GetBytes(
                Convert.ToBase64String(TestPictures.Make(argument)).Replace("/", @"\/", StringComparison.Ordinal)),
            "link" => Encoding.UTF8.GetBytes(new Uri(state.Pictures.Address, argument).ToString()),
            "text" => Encoding.UTF8.GetBytes(new string('a', int.Parse(argument, CultureInfo.InvariantCulture))),
            "id" => Encoding.UTF8.GetBytes(state.Ids[int.Parse(argument, CultureInfo.InvariantCulture) - 1]),
            "key" => Encoding.UTF8.GetBytes(state.Key(argument)),
            var word => throw new InvalidOperationException($"There is no placeholder \"{word}\"."),
        };
    }

    [GeneratedRegex(@"\{\{(?<word>\w+)( (?<argument>[^}]+))?\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
