using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class RequestPatienceTests
{
    [Fact]
    public void Grow_AgainAndAgain_DoublesUpToTheLongest()
    {
        var patience = new RequestPatience(TimeSpan.FromSeconds(5));
        Assert.False(patience.HasGrown);
        var seen = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            patience.Grow();
            Assert.True(patience.HasGrown);
            seen.Add(patience.Time.TotalSeconds);
        }

        Assert.Equal([10, 20, 40, 60, 60, 60, 60], seen);
    }

    [Fact]
    public void Grow_ConfiguredLongerThanTheLongest_StaysAsConfigured()
    {
        var patience = new RequestPatience(TimeSpan.FromMinutes(5));
        patience.Grow();
        Assert.Equal(TimeSpan.FromMinutes(5), patience.Time);
        Assert.False(patience.HasGrown);
    }

    [Fact]
    public void Relax_AfterGrowing_IsAsConfigured()
    {
        var patience = new RequestPatience(TimeSpan.FromSeconds(5));
        patience.Grow();
        patience.Relax();
        Assert.Equal(TimeSpan.FromSeconds(5), patience.Time);
        Assert.False(patience.HasGrown);
    }
}
