using Enlarger.Server.Accounts;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>What there is to upscale with, and what is left to pay with.</summary>
internal static class StablecogCatalog
{
    /// <summary>The model that the page's examples show, "SwinIR".</summary>
    public static readonly Guid ModelDefault = new("14c9c5a4-33a8-4aed-a648-ee8510ae65b2");

    // The default of the vendor's own site since 2024, which clients have copied from there.
    private static readonly Guid ModelOfSite = new("e94a23f3-d9a4-45e9-bb08-9c7e6bce7b72");

    // There is one kind of credits here. Clients may tell kinds by their id, so that it stays the same.
    private static readonly Guid CreditTypeId = new("3b1c1d0a-6f0e-4c56-9d0b-0c2a8c1f7e55");

    // Credits do not run out with time; the vendor writes this for its own that do not.
    private static readonly DateTime Never = new(2100, 1, 1, 5, 0, 0, DateTimeKind.Utc);

    public static bool HasModel(Guid id) => id == ModelDefault || id == ModelOfSite;

    public static IResult ListModels() =>
        StablecogJson.Answer(
            new StablecogModels([new StablecogModel(ModelDefault, "SwinIR", IsDefault: true)]),
            StablecogJson.AsGo.StablecogModels);

    public static IResult GetDefaults() =>
        StablecogJson.Answer(new StablecogDefaults(ModelDefault), StablecogJson.AsGo.StablecogDefaults);

    public static IResult GetCredits(HttpContext http, RequestGate gate)
    {
        var admitted = gate.Enter(http, StablecogApi.Stablecog.ReadKey(http.Request));
        var balance = admitted.Account.Balance;
        var type = new StablecogCreditType(
            CreditTypeId, "Granted", balance, "Credits that were granted to this API key.");
        return StablecogJson.Answer(
            new StablecogCredits(balance, [new StablecogCredit(admitted.Account.Id, balance, Never, type)]),
            StablecogJson.AsGo.StablecogCredits);
    }
}
