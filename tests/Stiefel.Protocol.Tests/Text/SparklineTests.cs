using Stiefel.Protocol.Text;

namespace Stiefel.Protocol.Tests.Text;

public sealed class SparklineTests
{
    [Fact]
    public void Line_OfRisingNumbers_Rises() => Assert.Equal(" ▁▂▃▄▅▆▇█", Sparkline.Of([0, 1, 2, 3, 4, 5, 6, 7, 8], 9, canBlocks: true));

    [Fact]
    public void Line_OfManyNumbers_ShowsTheLatest() => Assert.Equal("██", Sparkline.Of([100, 1, 1], 2, canBlocks: true));

    [Fact]
    public void Line_OfFewNumbers_HasAnEmptyBeginning() => Assert.Equal("   @", Sparkline.Of([5], 4, canBlocks: false));

    [Fact]
    public void Line_OfLittleBesideMuch_StillShowsIt() => Assert.Equal(".@", Sparkline.Of([1, 1_000_000], 2, canBlocks: false));

    [Fact]
    public void Line_OfNothing_IsEmpty()
    {
        Assert.Equal("    ", Sparkline.Of([], 4, canBlocks: true));
        Assert.Equal("    ", Sparkline.Of([0, null, double.NaN, -3], 4, canBlocks: true));
        Assert.Equal("", Sparkline.Of([1, 2], 0, canBlocks: true));
    }
}
