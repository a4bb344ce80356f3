using Enlarger.Inference.Steps;

namespace Enlarger.Tests.Inference.Steps;

public sealed class RemapTests
{
    [Theory]
    [InlineData(Border.Constant)]
    [InlineData(Border.Edge)]
    [InlineData(Border.Reflect)]
    public void Reads_from_the_first_to_the_last_source_of_its_rows(object border)
    {
        var chance = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var keep = chance.Next(1, 4);
            var map = new AxisMap(chance.Next(-3, 9), chance.Next(-3, 9), keep > 1 ? 1 : chance.Next(1, 4), keep);
            var length = chance.Next(24, 60);
            var start = chance.Next(0, map.OutputLength(length));
            var rows = new Extent(start, start + chance.Next(0, map.OutputLength(length) - start + 1));
            var step = new RemapStep(0, 1, map, new AxisMap(), (Border)border);

            // When a picture is enlarged, the edge is repeated instead of a constant border.
            var around = (Border)border == Border.Constant ? Border.Edge : (Border)border;
            var sources = Enumerable.Range(rows.Start, rows.Length)
                .Select(row => map.Source(row, length, around)).Where(source => source >= 0).ToArray();
            var read = step.Reads(Axis.Rows, 0, rows, length);

            Assert.Equal(sources.Length == 0 ? new Extent(0, 0) : new Extent(sources.Min(), sources.Max() + 1), read);
        }
    }
}
