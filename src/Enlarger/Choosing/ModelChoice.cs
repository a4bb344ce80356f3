using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Choosing;

/// <summary>The networks chosen for a picture.</summary>
/// <param name="Model">The model that enlarges it, or for a model that keeps the size, restores it.</param>
/// <param name="Restoration">How it is restored before it is enlarged; null for not at all.</param>
/// <param name="Traits">What was found in the picture; null where the model was named, so it was not inspected.</param>
internal sealed record ModelChoice(Model Model, Restoration? Restoration, PictureTraits? Traits)
{
    // The higher the replication of enhancing, the less is restored; at a third or less, restoring has full strength.
    private const double ReplicationSlope = 1.5;

    /// <summary>0 to 1: the weight of the enhancing network in the interpolation with the faithful one.</summary>
    public double Enhancing { get; private init; }

    /// <summary>Chooses for one picture, which is inspected if <paramref name="asked"/> is the model auto.</summary>
    /// <exception cref="ModelException">There is no model that restores, and one was asked for.</exception>
    public static ModelChoice For(PixelImage image, Model asked, EnlargeOptions options, ModelStore models)
    {
        var traits = asked.Name == ModelStore.Auto ? PictureInspection.Of(image) : null;
        var model = traits is null ? asked
            : models.Get(traits.Kind == PictureKind.Drawing ? ModelStore.Drawing : ModelStore.Photo);
        var restoration = Restoring(asked, model, traits, options, models);

        // Only photo has an enhancing network of the same architecture, with which it can be interpolated.
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
        // A model that keeps the size is itself the restoring network, which must not run twice.
        var strength = options.Restore ?? (asked.IsRestorer ? 1 : Needed(traits, options.Enhance));
        if (strength == 0)
        {
            return null;
        }

        // Without an explicit request, a missing restoring network is not an error.
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
/// <param name="Strength">More than 0, up to 1: the share of the network's change that is applied.</param>
internal sealed record Restoration(Network Network, double Strength);
