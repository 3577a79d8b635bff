using Stiefel.Protocol.Boot;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>How long a desktop that is not connected counts as the disk's owner.</summary>
public sealed class DesktopPresenceTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Granted_NotConnectedYet_IsStartingForTwoMinutes()
    {
        var owner = New(600);
        owner.Begin("a", wasConnected: false);
        _time.Advance(DesktopPresence.StartLimit - TimeSpan.FromSeconds(1));
        Assert.Contains("is starting", owner.WhatItMayDo(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(owner.WhatItMayDo());
    }

    [Fact]
    public void Connection_Ended_MayComeBackAsLongAsItsKernelWaits()
    {
        var owner = New(600);
        owner.Begin("a", wasConnected: false);
        owner.Opened("a");
        _time.Advance(TimeSpan.FromHours(3));
        owner.Closed("a");
        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.Contains("1970-01-01 03:10:00Z", owner.WhatItMayDo(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(owner.WhatItMayDo());
    }

    [Fact]
    public void Connection_LostAndItsKernelWaitsForEver_IsNeverGone()
    {
        var owner = New(0);
        owner.Begin("a", wasConnected: true);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.NotNull(owner.WhatItMayDo());
    }

    private DesktopPresence New(int deadConnectionSeconds) => new(new PayloadLinkOptions(5, deadConnectionSeconds, 300, 0, LinkProtection.None, 0), _time);
}
