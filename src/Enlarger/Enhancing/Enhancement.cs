namespace Enlarger.Enhancing;

/// <summary><see cref="EnhanceOptions"/> translated into the parameters of each filter.</summary>
internal sealed class Enhancement
{
    // At a replication of 1, the network goes half as far.
    private const double ReplicationInNetwork = 0.5;

    // Detail that the enhancing network has made would become harsh if it were sharpened again.
    private const double CrispnessOfNetwork = 0.8;

    private readonly double _creativity;
    private readonly double _replication;
    private readonly double _crispness;

    private Enhancement(EnhanceOptions options, double byNetwork)
    {
        (_creativity, _replication) = (options.Creativity, options.Replication);
        _crispness = _creativity * (1 - (CrispnessOfNetwork * byNetwork));
        var prompt = StylePrompt.Read(options.Prompt, Lexicon.Own);
        UnknownWords = prompt.UnknownWords;

        // At half the creativity a style has seven eighths of its strength: a style that hardly shows is useless.
        Style = prompt.Look.Times(1 - Math.Pow(1 - _creativity, 3));
    }

    /// <summary>
    /// 0 to 1: interpolation factor from the faithful to the enhancing network, which keeps less of the picture's own
    /// detail.
    /// </summary>
    public static double PartOfNetwork(EnhanceOptions options) =>
        options.Creativity * (1 - (ReplicationInNetwork * options.Replication));

    /// <summary>The enhancement for these options; null for none.</summary>
    /// <param name="options">The options of the caller.</param>
    /// <param name="byNetwork">0 to 1: the interpolation factor of the network that enlarges the picture.</param>
    public static Enhancement? Of(EnhanceOptions? options, double byNetwork) =>
        options is null ? null : new Enhancement(options, byNetwork);

    /// <summary>Words of the prompt that are not in the lexicon.</summary>
    public IReadOnlyList<string> UnknownWords { get; }

    /// <summary>The look of the prompt, scaled by creativity.</summary>
    public Look Style { get; }

    /// <summary>These options change nothing.</summary>
    public bool IsFaithful => _creativity == 0 && _replication == 1;

    /// <summary>0 to 1: strength of everything but noise reduction.</summary>
    public double Creativity => _creativity;

    /// <summary>Parameters of the filters before the network.</summary>
    public PreparationStrength Preparation =>
        new(1 - _replication, Style[LookKnob.Paint], 0.6 * _creativity);

    /// <summary>Parameters of the sharpening after the network, for a picture with this much noise.</summary>
    public DetailStrength DetailWith(double noise) => new(
        Math.Max(-0.9, (1.4 * _crispness) + (1.5 * Style[LookKnob.Detail])),
        Math.Max(0, _crispness * (1 + Style[LookKnob.Detail])),
        0.03 * _creativity,
        1.2 * _crispness,
        noise * _replication);

    /// <summary>Colours and textures of the result.</summary>
    public Look Look
    {
        get
        {
            // A look that removes colour must not have it added again.
            var turns = new Dictionary<LookKnob, double> { [LookKnob.Contrast] = 0.2 * _creativity };
            if (Style[LookKnob.Saturation] >= 0)
            {
                turns[LookKnob.Saturation] = 0.2 * _creativity;
            }

            return Style.With(Look.Of(turns, null));
        }
    }

    /// <summary>
    /// Colour channels of the result for a picture with this many: grey stays grey unless the look adds colour.
    /// </summary>
    public int ColourChannels(int channels) => Style.IsColourful ? 3 : channels;
}
