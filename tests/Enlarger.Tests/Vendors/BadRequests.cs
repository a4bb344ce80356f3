using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>Requests that a contract does not allow, made from its document and a seed.</summary>
internal sealed class BadRequests(ContractDocument document, string key, Uri pictures, int seed)
{
    private const string Json = "application/json";
    private const string Form = "multipart/form-data";
    private const string Boundary = "----cut";

    // Within the limits of all five vendors.
    private const string GoodPicture = "300x300.png";

    private readonly Random _dice = new(seed);
    private readonly BadValues _bad = new(new Random(seed + 1), pictures);

    /// <summary>That many, no two the same.</summary>
    public IEnumerable<BadRequest> Take(int count) =>
        Endless().OfType<BadRequest>().DistinctBy(request => request.Fingerprint).Take(count);

    private IEnumerable<BadRequest?> Endless()
    {
        while (true)
        {
            // Most of a contract is about the routes that take pictures.
            var posts = document.Operations.Where(operation => operation.Method == "POST").ToList();
            yield return _dice.Next(10) == 0 ? WithoutBody(Pick(document.Operations)) : WithBody(Pick(posts));
        }
    }

    private BadRequest WithoutBody(ContractOperation operation)
    {
        if (operation.Method == "GET" && operation.Node["security"] is not JsonArray { Count: 0 } && _dice.Next(2) == 0)
        {
            return new BadRequest("a bad key", "GET", operation.Path, [BadKey(operation)], null);
        }

        var methods = new[] { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD" }
            // HEAD is GET without the body, which is not in documents.
            .Where(method => !document.Operations.Contains(
                operation with { Method = method == "HEAD" ? "GET" : method }, SamePlace));
        return new BadRequest(
            "a wrong method", Pick([.. methods]), operation.Path, [GoodKey(), ("X-Try", _bad.Word())], null);
    }

    private BadRequest? WithBody(ContractOperation operation)
    {
        var mediaTypes = new[] { Json, Form }.Where(type => document.RequestSchema(operation, type) is not null);
        var mediaType = Pick([.. mediaTypes]);
        var fields = new ContractFields(document, operation, mediaType);
        var good = fields.Good(GoodPicture, pictures);
        return _dice.Next(10) switch
        {
            0 => Send("a bad key", good, BadKey(operation)),
            1 => Raw("a wrong content type", _bad.MediaType(), Encoding.UTF8.GetBytes(_bad.Word())),
            2 => mediaType == Json
                ? Raw("broken JSON", Json, _bad.BrokenJson(good.ToJsonString()))
                : Raw("a broken form", $"{Form}; boundary={Boundary}", _bad.BrokenForm(Boundary)),
            3 => Unknown(),
            4 => Missing(),
            5 or 6 => Picture(),
            _ => Value(),
        };

        BadRequest Raw(string why, string type, byte[] body) =>
            new(why, operation.Method, operation.Path, [GoodKey(), ("Content-Type", type)], body);

        BadRequest Send(string why, JsonObject body, (string, string)? keyHeader = null)
        {
            var type = mediaType == Json ? Json : $"{Form}; boundary={Boundary}";
            var bytes = mediaType == Json ? Encoding.UTF8.GetBytes(body.ToJsonString()) : FormOf(body);
            return new BadRequest(
                why, operation.Method, operation.Path, [keyHeader ?? GoodKey(), ("Content-Type", type)], bytes);
        }

        BadRequest? Unknown()
        {
            good[_bad.Word()] = _bad.Word();
            return fields.AreClosed ? Send("an unknown member", good) : null;
        }

        BadRequest? Missing()
        {
            var missing = Pick([.. fields.Required]);
            good.Remove(missing);
            // Where members may be unknown, they tell two of these apart.
            if (!fields.AreClosed)
            {
                good[_bad.Word()] = _bad.Word();
            }

            return fields.Fits(good) ? null : Send($"no {missing}", good);
        }

        BadRequest? Picture()
        {
            if (fields.Picture is not { } field)
            {
                return null;
            }

            good[field.Name] = field.Kind switch
            {
                FieldKind.Link => _bad.Address(),
                FieldKind.Base64 => _dice.Next(3) == 0
                    ? $"*{_bad.Word()}*"
                    : Convert.ToBase64String(TestPictures.Make(_bad.Picture())),
                _ => "file:" + _bad.Picture(),
            };
            return Send($"a bad picture in {field.Name}", good);
        }

        BadRequest? Value()
        {
            var field = Pick([.. fields.Names]);
            var value = _bad.Json();
            if (fields.Takes(field, value))
            {
                return null;
            }

            // Where there is a picture in one field, another with a picture may be ignored.
            if (fields.HoldsPicture(field))
            {
                good.Remove(fields.Picture!.Value.Name);
            }

            good[field] = value;
            return Send($"a bad value of {field}", good);
        }
    }

    private (string, string) GoodKey() => (document.KeyHeader.Header, document.KeyHeader.Prefix + key);

    private (string, string) BadKey(ContractOperation operation)
    {
        // Where two vendors have the same path, it is the way of giving a key that tells them apart.
        var isShared = ContractDocument.All.Count(one => one.Operations.Contains(operation, SamePlace)) > 1;
        return _dice.Next(isShared ? 2 : 0, 8) switch
        {
            0 => ("X-Try", _bad.Word()),
            1 => (document.KeyHeader.Header, _bad.Word() + " " + key),
            _ => (document.KeyHeader.Header, document.KeyHeader.Prefix + _bad.Key()),
        };
    }

    private static byte[] FormOf(JsonObject body)
    {
        using var bytes = new MemoryStream();
        foreach (var (name, value) in body)
        {
            var text = ContractFields.FormText(value);
            var isFile = text.StartsWith("file:", StringComparison.Ordinal);
            var fileName = isFile ? "; filename=\"picture.png\"" : "";
            bytes.Write(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{fileName}\r\n\r\n")));
            bytes.Write(isFile ? TestPictures.Make(text[5..]) : Encoding.UTF8.GetBytes(text));
            bytes.Write("\r\n"u8);
        }

        bytes.Write(Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"));
        return bytes.ToArray();
    }

    private T Pick<T>(IReadOnlyList<T> all) => all[_dice.Next(all.Count)];

    private static readonly EqualityComparer<ContractOperation> SamePlace =
        EqualityComparer<ContractOperation>.Create(
            (one, other) => one!.Method == other!.Method && one.Path == other.Path);
}
