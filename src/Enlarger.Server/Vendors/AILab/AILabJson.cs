using System.Text.Json.Serialization;
using Enlarger.Server.Accounts;

namespace Enlarger.Server.Vendors.AILab;

/// <summary>
/// "Public Response Fields": in every answer, with everything that any edition of the vendor's page has, so that
/// clients of all of them find what they look for.
/// </summary>
internal class AILabEnvelope(string requestId)
{
    public string RequestId { get; } = requestId;

    /// <summary>Our log has one line for a request, under the same id.</summary>
    public string LogId => RequestId;

    /// <summary>0, or the status again.</summary>
    public int ErrorCode { get; init; }

    public string ErrorCodeStr { get; init; } = "";

    public string ErrorMsg { get; init; } = "";

    public AILabErrorDetail ErrorDetail { get; init; } = new(StatusCodes.Status200OK, "", "", "");
}

internal sealed record AILabErrorDetail(int StatusCode, string Code, string CodeMessage, string Message);

internal sealed class AILabUpscaled(string requestId, Uri url) : AILabEnvelope(requestId)
{
    [JsonPropertyOrder(1)]
    public AILabLink Data { get; } = new(url);
}

internal sealed record AILabLink(Uri Url);

internal sealed class AILabBalances(string requestId, AILabBalance balance) : AILabEnvelope(requestId)
{
    [JsonPropertyOrder(1)]
    public IReadOnlyList<AILabBalance> Data { get; } = [balance];
}

/// <summary>One kind of credits. Times are seconds since 1970, and 0 where nothing was ever bought.</summary>
internal sealed record AILabBalance(
    string UniqueSign,
    string Name,
    long Balance,
    long Total,
    long LastRechargeBalance,
    long BalanceWarning,
    long FirstBuyTime,
    long LastUpdateTime)
{
    /// <summary>Credits here buy everything, which the vendor calls <c>common</c>.</summary>
    public static AILabBalance Of(Account account, CreditSummary summary) =>
        new(
            "common",
            "Universal credits",
            account.Balance,
            summary.Granted,
            summary.AfterLastGrant,
            BalanceWarning: 0,
            summary.FirstGrant?.ToUnixTimeSeconds() ?? 0,
            summary.LastChange?.ToUnixTimeSeconds() ?? 0);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AILabEnvelope))]
[JsonSerializable(typeof(AILabUpscaled))]
[JsonSerializable(typeof(AILabBalances))]
internal sealed partial class AILabJson : JsonSerializerContext;
