using System.Text;
using System.Text.Json;
using Enlarger.Server;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

/// <summary>Whatever the bytes, a body is read or refused with a fault.</summary>
public sealed class BodyFuzzTests
{
    private const int Seed = 20260103;
    private const int Rounds = 20_000;

    [Fact]
    public void Mutated_forms_are_read_or_refused()
    {
        const string Form =
            "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n\u0089PNG\r\n"
            + "--b\r\ncontent-disposition: form-data;\r\n name=scale\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nMg==\r\n"
            + "--b  \r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n--b--\r\n";
        var read = Mutate([Form, Form.Replace("\r\n", "\n", StringComparison.Ordinal)], file =>
        {
            var body = file.ToArray();
            foreach (var part in FormBody.Parse(body, "b").Parts)
            {
                Assert.InRange(part.Bytes.Length, 0, body.Length);
                _ = part.Text;
            }
        });

        Assert.InRange(read, 100, Rounds);
    }

    [Fact]
    public void Mutated_json_is_read_or_refused()
    {
        const string Json =
            "{\"image\":\"aGVsbG8\\/\\u002b=\",\"scale\":2.0,\"enhance\":true,"
            + "\"x\":[null,{\"\\ud83d\\ude00\":\"\u00C3\u00BC\"}]}";
        var read = Mutate([Json, "{\"a\":\"\\\\\\u0041\\n\",\"a\":-1e9}"], file =>
        {
            using var body = JsonBody.Parse(file);
            Visit(body.RootElement, body);
        });

        Assert.InRange(read, 100, Rounds);
    }

    [Fact]
    public void Mutated_base64_is_read_or_refused()
    {
        var read = Mutate(["iVBORw0KGgo+/w==", "data:image/png;base64,iVBORw0K\r\nGgo-_w"], file =>
        {
            var source = new ImageSource.Base64(file).WithoutDataHead();
            if (Base64Text.Decode(source.Text.Span) is { } bytes)
            {
                Assert.Equal(bytes.Length, Base64Text.CountBytes(source.Text.Span));
            }
        });

        Assert.Equal(Rounds, read);
    }

    // Every string that a vendor could ask for.
    private static void Visit(JsonElement element, JsonBody body)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Assert.True(element.TryGetProperty(member.Name, out _));
                    Visit(member.Value, body);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Visit(item, body);
                }

                break;
            case JsonValueKind.String:
                Assert.Equal(element.GetString(), Encoding.UTF8.GetString(body.BytesOf(element).Span));
                break;
            case JsonValueKind.Number:
                _ = element.GetDouble();
                break;
        }
    }

    private static int Mutate(string[] seeds, Action<byte[]> read)
    {
        var random = new Random(Seed);
        var count = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var file = Mutate(Encoding.Latin1.GetBytes(seeds[round % seeds.Length]), random);
            try
            {
                read(file);
                count++;
            }
            catch (FaultException)
            {
                // Refused, as it should be.
            }
#pragma warning disable CA1031 // Whatever it is, the bytes that repeat it belong into the message.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Assert.Fail($"Round {round}, {Convert.ToHexString(file)}: {exception}");
            }
        }

        return count;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var file = seed.ToList();
        for (var changes = random.Next(1, 6); changes > 0 && file.Count > 1; changes--)
        {
            var at = random.Next(file.Count);
            switch (random.Next(5))
            {
                case 0:
                    file[at] = (byte)random.Next(256);
                    break;
                case 1:
                    // The letters that mean something.
                    file[at] = "\r\n-b;=\":\\/u d{}[],0\0"u8[random.Next(20)];
                    break;
                case 2:
                    file.RemoveAt(at);
                    break;
                case 3:
                    file.InsertRange(at, file.GetRange(at, random.Next(Math.Min(20, file.Count - at))));
                    break;
                default:
                    file.RemoveRange(at, random.Next(Math.Min(20, file.Count - at)));
                    break;
            }
        }

        return [.. random.Next(10) == 0 ? file.Take(random.Next(file.Count)) : file];
    }
}
