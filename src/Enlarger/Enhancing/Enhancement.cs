namespace Enlarger.Enhancing;

/// <summary>What <see cref="EnhanceOptions"/> come to, in the figures of the stages.</summary>
internal sealed class Enhancement
{
    // With all of a picture's lines to be kept, half of what a network makes of them is.
    private const double ReplicationInNetwork = 0.5;

    // Detail that an enhancing network has made is there already, and would become harsh.
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

        // Half the creativity shows seven eighths of a style, because a style that hardly shows is none.
        Style = prompt.Look.Times(1 - Math.Pow(1 - _creativity, 3));
    }

    /// <summary>
    /// 0 to 1: how far the network is to go from a faithful to an enhancing one, which keeps less of the picture's own
    /// lines.
    /// </summary>
    public static double PartOfNetwork(EnhanceOptions options) =>
        options.Creativity * (1 - (ReplicationInNetwork * options.Replication));

    /// <summary>What is asked for; null where nothing is.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="byNetwork">0 to 1: how enhancing the network is that enlarges the picture.</param>
    public static Enhancement? Of(EnhanceOptions? options, double byNetwork) =>
        options is null ? null : new Enhancement(options, byNetwork);

    /// <summary>Words of the prompt that mean nothing here.</summary>
    public IReadOnlyList<string> UnknownWords { get; }

    /// <summary>What the prompt asks for, as much of it as creativity lets through.</summary>
    public Look Style { get; }

    /// <summary>The picture comes out as if nothing had been asked for.</summary>
    public bool IsFaithful => _creativity == 0 && _replication == 1;

    /// <summary>0 to 1: how much is changed besides noise.</summary>
    public double Creativity => _creativity;

    /// <summary>What is done before the picture is enlarged.</summary>
    public PreparationStrength Preparation =>
        new(1 - _replication, Style[LookKnob.Paint], 0.6 * _creativity);

    /// <summary>What is done to texture and edges of an enlarged picture that had so much noise.</summary>
    public DetailStrength DetailWith(double noise) => new(
        Math.Max(-0.9, (1.4 * _crispness) + (1.5 * Style[LookKnob.Detail])),
        Math.Max(0, _crispness * (1 + Style[LookKnob.Detail])),
        0.03 * _creativity,
        1.2 * _crispness,
        noise * _replication);

    /// <summary>The colours and textures of the result.</summary>
    public Look Look
    {
        get
        {
            // A look that takes colour away gets none back.
            var turns = new Dictionary<LookKnob, double> { [LookKnob.Contrast] = 0.2 * _creativity };
            if (Style[LookKnob.Saturation] >= 0)
            {
                turns[LookKnob.Saturation] = 0.2 * _creativity;
            }

            return Style.With(Look.Of(turns, null));
        }
    }

    /// <summary>
    /// Colour channels of the result of a picture that has so many: grey stays so, unless colour is asked for.
    /// </summary>
    public int ColourChannels(int channels) => Style.IsColourful ? 3 : channels;
}
