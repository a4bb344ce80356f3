using Enlarger.Inference.Kernels;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Fuses steps that are faster as one. Results stay the same.</summary>
internal sealed class StepFusion
{
    // Maps whose channels are a multiple of this have contiguous pixels with every vector length.
    private const int ChannelsWithoutGap = 16;

    private readonly List<Step> _steps;
    private readonly IReadOnlyList<MapShape> _shapes;
    private readonly int _output;

    private StepFusion(IEnumerable<Step> steps, IReadOnlyList<MapShape> shapes, int output, bool inBlocks)
    {
        // Rows of the result are computed in numbers that need not be multiples of the Winograd tile.
        _steps = [.. steps.Select(step =>
            step is ConvStep conv && (conv.Output == output || !inBlocks) ? conv.WithoutBlocks() : step)];
        _shapes = shapes;
        _output = output;
    }

    /// <summary>The fused steps, in topological order.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="shapes">The shapes of all maps, for a picture of any size.</param>
    /// <param name="output">The map that holds the result.</param>
    /// <param name="inBlocks">Convolutions may be computed by Winograd's algorithm.</param>
    public static IReadOnlyList<Step> Fuse(
        IEnumerable<Step> steps, IReadOnlyList<MapShape> shapes, int output, bool inBlocks)
    {
        var fusion = new StepFusion(steps, shapes, output, inBlocks);
        foreach (var step in fusion._steps.ToArray())
        {
            switch (step)
            {
                case ConcatStep concat: fusion.ReadSeparately(concat); break;
                case DepthToSpaceStep shuffle: fusion.OrderForShuffle(shuffle); break;
                case BinaryStep { Operation: BinaryOperation.Add } sum: fusion.AddWhileShuffling(sum); break;
                case BinaryStep { Operation: BinaryOperation.Multiply } product: fusion.Gate(product); break;
                default: break;
            }
        }

        return fusion._steps;
    }

    // A convolution can read several maps directly, so they need not be concatenated.
    private void ReadSeparately(ConcatStep concat)
    {
        var channels = concat.Inputs.Select(map => _shapes[map].Channels).ToArray();
        var hasNoGaps = channels.All(count => count % ChannelsWithoutGap == 0);
        if (SoleReader(concat.Output) is ConvStep conv && hasNoGaps
            && (conv.Block > 1 || (conv.IsPointwise && channels.All(count => count == channels[0]))))
        {
            Replace(conv, conv.ReadingFrom(concat.Inputs));
            _steps.Remove(concat);
        }
    }

    // Reorders the channels of the convolution so that the shuffle copies runs of consecutive floats.
    private void OrderForShuffle(DepthToSpaceStep shuffle)
    {
        if (!shuffle.BlockFirst && Writer(shuffle.Inputs[0]) is ConvStep { Depthwise: false } conv
            && SoleReader(conv.Output) == shuffle)
        {
            var places = shuffle.Times * shuffle.Times;
            var channels = conv.OutputChannels / places;
            Replace(conv, conv.InOrder([.. Enumerable.Range(0, conv.OutputChannels)
                .Select(channel => (channel % channels * places) + (channel / channels))]));
            Replace(shuffle, shuffle.WithBlockFirst());
        }
    }

    // Most networks add their output to the picture enlarged by nearest neighbour; that is done while shuffling.
    private void AddWhileShuffling(BinaryStep sum)
    {
        for (var side = 0; side < 2 && _shapes[sum.Output].Channels == ShuffleKernel.Channels; side++)
        {
            if (Writer(sum.Inputs[side]) is DepthToSpaceStep { BlockFirst: true, Times: > 1, Enlarged: null } shuffle
                && Writer(sum.Inputs[1 - side]) is RemapStep nearest && nearest.Enlarges == shuffle.Times
                && SoleReader(shuffle.Output) == sum && SoleReader(nearest.Output) == sum
                && _shapes[shuffle.Output] == _shapes[nearest.Output])
            {
                Replace(sum, shuffle.Plus(nearest.Inputs[0], sum.Output));
                _steps.Remove(shuffle);
                _steps.Remove(nearest);
                return;
            }
        }
    }

    // Replaces four passes that are bound by memory by one.
    private void Gate(BinaryStep product)
    {
        for (var side = 0; side < 2; side++)
        {
            if (Writer(product.Inputs[side]) is BinaryStep { Operation: BinaryOperation.Add } sum
                && Writer(product.Inputs[1 - side]) is ConstantStep { Subtrahend: { } shift } shifted
                && Writer(shifted.Inputs[0]) is UnaryStep { Operation: UnaryOperation.Sigmoid } sigmoid
                && sum.Inputs.Contains(sigmoid.Inputs[0]) && _shapes[sum.Inputs[0]] == _shapes[sum.Inputs[1]]
                && _shapes[sum.Output].Channels % ChannelsWithoutGap == 0
                && SoleReader(sum.Output) == product && SoleReader(shifted.Output) == product
                && SoleReader(sigmoid.Output) == shifted)
            {
                var gate = sigmoid.Inputs[0];
                var other = sum.Inputs[0] == gate ? sum.Inputs[1] : sum.Inputs[0];
                Replace(product, new GateStep(gate, other, product.Output, shift));
                _steps.RemoveAll(step => step == sum || step == shifted || step == sigmoid);
                return;
            }
        }
    }

    private void Replace(Step old, Step replacement) => _steps[_steps.IndexOf(old)] = replacement;

    private Step? Writer(int map) => _steps.Find(step => step.Output == map);

    private Step? SoleReader(int map)
    {
        var readers = _steps.FindAll(step => step.Inputs.Contains(map));
        return map != _output && readers is [var reader] ? reader : null;
    }
}
