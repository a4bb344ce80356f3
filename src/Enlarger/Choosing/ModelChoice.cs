using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Choosing;

/// <summary>Which networks a picture gets.</summary>
/// <param name="Model">What enlarges it, or for a model that keeps the size, what restores it.</param>
/// <param name="Restoration">What is done before it is enlarged; null for nothing.</param>
/// <param name="Traits">What was found in the picture; null where the model was named and nobody looked.</param>
internal sealed record ModelChoice(Model Model, Restoration? Restoration, PictureTraits? Traits)
{
    // Enhancing keeps the more of a picture's own noise the higher its replication; a third of it keeps none.
    private const double ReplicationSlope = 1.5;

    /// <summary>0 to 1: how far the model is from a faithful one to an enhancing one.</summary>
    public double Enhancing { get; private init; }

    /// <summary>Chooses for one picture, which is looked at where <paramref name="asked"/> leaves it open.</summary>
    /// <exception cref="ModelException">There is no model that restores, and one was asked for.</exception>
    public static ModelChoice For(PixelImage image, Model asked, EnlargeOptions options, ModelStore models)
    {
        var traits = asked.Name == ModelStore.Auto ? PictureInspection.Of(image) : null;
        var model = traits is null ? asked
            : models.Get(traits.Kind == PictureKind.Drawing ? ModelStore.Drawing : ModelStore.Photo);
        var restoration = Restoring(asked, model, traits, options, models);

        // Other models have none that enhances and is like them in all but its weights.
        var amount = options.Enhance is { } enhance && model.Name == ModelStore.Photo
            ? Enhancement.PartOfNetwork(enhance)
            : 0;
        return models.Enhancing(amount) is { } enhancing
            ? new ModelChoice(enhancing, restoration, traits) { Enhancing = amount }
            : new ModelChoice(model, restoration, traits) { Enhancing = model.Name == ModelStore.Enhance ? 1 : 0 };
    }

    private static Restoration? Restoring(
        Model asked, Model model, PictureTraits? traits, EnlargeOptions options, ModelStore models)
    {
        // A model that keeps the size does nothing but restore, so that it is restored with, and not twice.
        var strength = options.Restore ?? (asked.IsRestorer ? 1 : Needed(traits, options.Enhance));
        if (strength == 0)
        {
            return null;
        }

        // Without being told to, nothing is restored where there is no network for it.
        var restorer = model.IsRestorer ? model
            : options.Restore is null ? models.FindNamed(ModelStore.Restore)
            : models.Get(ModelStore.Restore);
        return restorer is null ? null : new Restoration(restorer.Network(1), strength);
    }

    private static double Needed(PictureTraits? traits, EnhanceOptions? enhance) =>
        traits is null ? 0
        : PictureInspection.Restoring(traits)
            * (enhance is null ? 1 : Math.Min(1, ReplicationSlope * (1 - enhance.Replication)));
}

/// <summary>How a picture is restored.</summary>
/// <param name="Network">A network that keeps the size.</param>
/// <param name="Strength">More than 0, up to 1: the part of its change that is made.</param>
internal sealed record Restoration(Network Network, double Strength);
