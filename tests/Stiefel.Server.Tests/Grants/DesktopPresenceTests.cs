using Stiefel.Linux.Kernel;
using Stiefel.Server.Grants;

namespace Stiefel.Server.Tests.Grants;

/// <summary>What the server says of a desktop that has the disk and is not connected.</summary>
public sealed class DesktopPresenceTests
{
    private TimeSpan _now = TimeSpan.FromDays(3);

    [Fact]
    public void Connection_Lost_IsToldForHowLongAndNeverGone()
    {
        var owner = new DesktopPresence(() => _now);
        owner.Begin("a", wasConnected: false);
        Assert.True(owner.HasOnlyBegun);
        _now += TimeSpan.FromSeconds(65);
        Assert.Equal("has been starting for 1 min 5 s", owner.Describe());
        owner.Opened("another");
        Assert.True(owner.HasOnlyBegun);
        owner.Opened("a");
        Assert.False(owner.HasOnlyBegun);
        _now += TimeSpan.FromHours(5);
        owner.Closed("a");
        _now += TimeSpan.FromSeconds(7);
        Assert.StartsWith("has been silent for 7 s", owner.Describe(), StringComparison.Ordinal);
        owner.Closed("another");
        _now += TimeSpan.FromDays(2);
        Assert.StartsWith("has been silent for 48 h 0 min and may continue", owner.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Clock_OfTheMachine_Rises()
    {
        var before = BootClock.Now;
        Assert.True(before > TimeSpan.Zero);
        Assert.True(SpinWait.SpinUntil(() => BootClock.Now > before, TimeLimit.Seconds(5)));
    }
}
