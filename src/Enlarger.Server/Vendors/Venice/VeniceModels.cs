namespace Enlarger.Server.Vendors.Venice;

/// <summary><c>GET /api/v1/models?type=upscale</c>, which needs no key.</summary>
internal static class VeniceModels
{
    /// <summary>The ids of the models that <c>type=upscale</c> lists.</summary>
    public static readonly IReadOnlyList<string> Upscalers = ["upscaler"];

    private const string TypeDefault = "text";

    // "2025-04-12T07:10:50Z", when the vendor's own model of that name was made.
    private const string Upscaler =
        """
        {"id":"upscaler","type":"upscale","object":"model","owned_by":"enlarger","created":1744453050,"model_spec":{
        "name":"Upscaler","privacy":"private","offline":false,"traits":[],"pricing":{
        "generation":{"usd":0,"diem":0},"upscale":{"2x":{"usd":0,"diem":0},"4x":{"usd":0,"diem":0}}}}}
        """;

    private static readonly string[] Types =
        ["asr", "embedding", "image", "music", "text", "tts", "upscale", "inpaint", "video"];

    private static readonly string[] Selections = ["all", "code"];

    public static IResult List(HttpRequest request)
    {
        var type = request.Query.TryGetValue("type", out var values) ? values.ToString() : TypeDefault;
        if (!Types.Contains(type, StringComparer.Ordinal) && !Selections.Contains(type, StringComparer.Ordinal))
        {
            throw new VeniceInvalidException([
                VeniceIssue.NoneFits(
                    "type",
                    VeniceIssue.NotOneOf("type", Types, type),
                    VeniceIssue.NotOneOf("type", Selections, type)),
            ]);
        }

        var data = type is "upscale" or "all" ? Upscaler.ReplaceLineEndings("") : "";
        return Results.Text(
            $$"""{"object":"list","type":"{{type}}","data":[{{data}}]}""", "application/json; charset=utf-8");
    }
}
