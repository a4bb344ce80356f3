using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Enlarger.Tests.Vendors;

/// <summary>Values that are wrong for something, by a seed.</summary>
internal sealed class BadValues(Random dice, Uri pictures)
{
    // Longer than any text that a contract allows.
    private const int LongText = 20_000;

    /// <summary>Any JSON: of each type, and at the borders of each.</summary>
    public JsonNode? Json() => dice.Next(14) switch
    {
        0 => null,
        1 => dice.Next(2) == 0,
        2 => dice.Next(-1000, 1000),
        3 => Math.Round((dice.NextDouble() * 40) - 20, 3),
        4 => dice.Next(2) == 0 ? double.MaxValue : -double.MaxValue,
        5 => Word(),
        6 => new string('x', LongText + dice.Next(1000)),
        7 => dice.Next(10).ToString(CultureInfo.InvariantCulture),
        8 => new JsonArray(),
        9 => new JsonArray(dice.Next(10)),
        10 => new JsonObject(),
        11 => new JsonObject { [Word()] = dice.Next(10) },
        12 => $"\u0000{Word()}\u202e\U0001F600",
        _ => long.MaxValue - dice.Next(1000),
    };

    /// <summary>Text that is the address of no picture.</summary>
    public string Address() => dice.Next(14) switch
    {
        0 => "",
        1 => Word(),
        2 => $"ftp://example.com/{Word()}.png",
        3 => $"file:///etc/{Word()}",
        4 => "http://",
        5 => $"http://127.0.0.1:99999/{Word()}.png",
        6 => "data:image/png;base64," + Convert.ToBase64String(Bytes()),
        7 => $"//{Word()}/{Word()}.png",
        8 => $"javascript:{Word()}",
        // Nothing listens on the first port, nor on the discarding one.
        9 => $"http://127.0.0.1:{(dice.Next(2) == 0 ? 1 : 9)}/{Word()}.png",
        10 => new Uri(pictures, $"missing?{Word()}").ToString(),
        11 => new Uri(pictures, $"around?{Word()}").ToString(),
        12 => new Uri(pictures, $"{Picture()}?{Word()}").ToString(),
        _ => $"http://[{Word()}]/",
    };

    /// <summary>The name of a test picture that nobody accepts.</summary>
    public string Picture() => dice.Next(4) switch
    {
        0 => "words.txt",
        1 => "empty.bin",
        2 => $"header-{20_000 + dice.Next(40_000)}x{20_000 + dice.Next(40_000)}.png",
        _ => $"{260 + dice.Next(100)}x{260 + dice.Next(100)}-damaged.png",
    };

    public string Key() => dice.Next(5) switch
    {
        0 => $"sk_{Word()}",
        1 => $"sk_{Convert.ToHexStringLower(Bytes(32))}",
        2 => new string('k', 100 + dice.Next(1000)),
        3 => $"{Word()} {Word()}",
        _ => $"' or 1={dice.Next(1000)} --",
    };

    public string MediaType() => dice.Next(7) switch
    {
        0 => "text/plain",
        1 => "application/xml",
        2 => "application/octet-stream",
        3 => "application/x-www-form-urlencoded",
        4 => $"multipart/mixed; boundary={Word()}",
        5 => $"image/{Word()}",
        _ => Word(),
    };

    /// <summary>What is not the text of a JSON object, made of one that is.</summary>
    public byte[] BrokenJson(string json) => dice.Next(9) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes(json[..dice.Next(1, json.Length)]),
        2 => Encoding.UTF8.GetBytes($"{json[..^1]},}}{Word()}"),
        3 => Encoding.UTF8.GetBytes($"[{json},{dice.Next(1000)}]"),
        4 => Encoding.UTF8.GetBytes($"\"{Word()}\""),
        5 => Encoding.UTF8.GetBytes(dice.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture)),
        6 => [.. "{\""u8, 0xC3, 0x28, .. Encoding.UTF8.GetBytes(Word()), .. "\":1}"u8],
        7 => Encoding.UTF8.GetBytes(new string('[', 1000 + dice.Next(10_000))),
        _ => [0xFF, .. Bytes()],
    };

    /// <summary>What is no form with that boundary.</summary>
    public byte[] BrokenForm(string boundary) => Encoding.UTF8.GetBytes(dice.Next(5) switch
    {
        0 => "",
        1 => Word(),
        2 => $"--{boundary}\r\nContent-Disposition: form-data; name=\"{Word()}\"\r\n",
        3 => $"--{boundary}\r\n{Word()}\r\n\r\n{Word()}\r\n--{boundary}--\r\n",
        _ => $"--{Word()}\r\nContent-Disposition: form-data; name=\"scale\"\r\n\r\n2\r\n--{Word()}--\r\n",
    });

    public string Word()
    {
        var letters = new char[3 + dice.Next(8)];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + dice.Next(26));
        }

        return new string(letters);
    }

    private byte[] Bytes(int? count = null)
    {
        var bytes = new byte[count ?? 10 + dice.Next(200)];
        dice.NextBytes(bytes);
        return bytes;
    }
}
