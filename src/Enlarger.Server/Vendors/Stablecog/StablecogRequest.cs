using System.Text.Json;
using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>The body of an upscale: JSON whatever its content type says, or a form with a file and such JSON.</summary>
/// <param name="Image">The picture, unless <paramref name="OutputId"/> says which.</param>
/// <param name="OutputId">The output whose picture is to be upscaled.</param>
/// <param name="Settings">What the answer says was done.</param>
internal sealed record StablecogRequest(ImageSource Image, Guid? OutputId, StablecogSettings Settings)
{
    private const string Inputs = "the ID of an output, or a URL of http or https";

    public static async Task<StablecogRequest> ReadAsync(HttpRequest http, CancellationToken cancel)
    {
        if (!FormBody.IsForm(http))
        {
            using var body = await JsonBody.ReadAsync(http, cancel);
            return Check(StablecogMembers.Of(body.RootElement), file: null);
        }

        var form = await FormBody.ReadAsync(http, cancel);
        var file = form.Find("file") is { } part ? new ImageSource.Upload(part.Bytes) : null;
        using var data = form.Find("data") is { } json ? JsonBody.Parse(json.Bytes) : null;
        return Check(data is null ? new StablecogMembers(null, null) : StablecogMembers.Of(data.RootElement), file);
    }

    private static StablecogRequest Check(StablecogMembers members, ImageSource.Upload? file)
    {
        var input = members.Input ?? "";
        var outputId = file is null && StablecogMembers.TryParseId(input, out var id) ? id : (Guid?)null;
        if (file is null && outputId is null && !IsLink(input))
        {
            throw input.Length == 0
                ? new FaultException(Fault.ParameterMissing, $"input is required: {Inputs}.") { Field = "input" }
                : new FaultException(Fault.UrlInvalid, $"input must be {Inputs}.") { Field = "input" };
        }

        var model = members.ModelId ?? StablecogCatalog.ModelDefault;
        return StablecogCatalog.HasModel(model)
            ? new StablecogRequest(
                file ?? (ImageSource)new ImageSource.Link(input), outputId, new StablecogSettings(model, input))
            : throw new FaultException(Fault.ParameterInvalid, "model_id is of no model that upscales.")
            {
                Field = "model_id",
            };
    }

    private static bool IsLink(string input) =>
        Uri.TryCreate(input, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

/// <summary>The members that are read, as Go's encoding/json finds them: whatever the case of their names.</summary>
internal sealed record StablecogMembers(string? Input, Guid? ModelId)
{
    public static StablecogMembers Of(JsonElement body)
    {
        var members = new StablecogMembers(null, null);
        foreach (var member in body.EnumerateObject())
        {
            members = members.With(member.Name, member.Value);
        }

        return members;
    }

    /// <summary>
    /// Reads a UUID in the spellings of google/uuid: plain, without dashes, in braces, and behind <c>urn:uuid:</c>.
    /// </summary>
    public static bool TryParseId(string text, out Guid id)
    {
        const string Urn = "urn:uuid:";
        var plain = text.StartsWith(Urn, StringComparison.OrdinalIgnoreCase) ? text[Urn.Length..]
            : text is ['{', .. var inner, '}'] && inner.Length == 36 ? inner
            : text;
        id = Guid.Empty;
        // Guid.TryParseExact takes blanks and signs, too.
        return plain.All(digit => char.IsAsciiHexDigit(digit) || digit == '-')
            && (Guid.TryParseExact(plain, "D", out id)
                || (plain.Length == text.Length && Guid.TryParseExact(plain, "N", out id)));
    }

    // Null leaves a member as it was.
    private StablecogMembers With(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return this;
        }

        if (name.Equals("input", StringComparison.OrdinalIgnoreCase))
        {
            return this with { Input = Text("input", value) };
        }

        if (!name.Equals("model_id", StringComparison.OrdinalIgnoreCase))
        {
            return this;
        }

        return TryParseId(Text("model_id", value), out var id)
            ? this with { ModelId = id }
            : throw new FaultException(Fault.BodyInvalid, "model_id must be a UUID.") { Field = "model_id" };
    }

    private static string Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FaultException(Fault.BodyInvalid, $"{name} must be a string.") { Field = name };
}
