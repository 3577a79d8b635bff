using Stiefel.Attach.Agent;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class LostClaimTests
{
    private static readonly NbdProtocolException s_unknown = new("no such export") { IsUnknownExport = true };

    private readonly LostClaim _claim;
    private long _now = 1000;

    public LostClaimTests() => _claim = new LostClaim(() => _now);

    [Fact]
    public void IsLost_UnknownAllTheTime_AfterPatienceAndNotBefore()
    {
        Assert.False(_claim.IsLostAfter(s_unknown));
        _now += (long)LostClaim.Patience.TotalMilliseconds - 1;
        Assert.False(_claim.IsLostAfter(s_unknown));
        _now++;
        Assert.True(_claim.IsLostAfter(s_unknown));
    }

    [Fact]
    public void IsLost_ServerGoneInBetween_BeginsAnew()
    {
        foreach (Exception? between in new[] { null, new IOException("Connection refused"), new NbdProtocolException("closed during the handshake") })
        {
            Assert.False(_claim.IsLostAfter(s_unknown));
            _now += 2 * (long)LostClaim.Patience.TotalMilliseconds;
            Assert.False(_claim.IsLostAfter(between));
            Assert.False(_claim.IsLostAfter(s_unknown));
        }
    }
}
