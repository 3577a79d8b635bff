using Stiefel.Attach.Agent;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class DiskLossDetectorTests
{
    private static readonly NbdProtocolException s_unknown = new("no such export") { IsUnknownExport = true };

    private readonly DiskLossDetector _detector;
    private long _now = 1000;

    public DiskLossDetectorTests() => _detector = new DiskLossDetector(() => _now);

    [Fact]
    public void IsLost_UnknownAllTheTime_AfterPatienceAndNotBefore()
    {
        Assert.False(_detector.IsLostAfter(s_unknown));
        _now += (long)DiskLossDetector.Patience.TotalMilliseconds - 1;
        Assert.False(_detector.IsLostAfter(s_unknown));
        _now++;
        Assert.True(_detector.IsLostAfter(s_unknown));
    }

    [Fact]
    public void IsLost_ServerGoneInBetween_BeginsAnew()
    {
        foreach (Exception? between in new[] { null, new IOException("Connection refused"), new NbdProtocolException("closed during the handshake") })
        {
            Assert.False(_detector.IsLostAfter(s_unknown));
            _now += 2 * (long)DiskLossDetector.Patience.TotalMilliseconds;
            Assert.False(_detector.IsLostAfter(between));
            Assert.False(_detector.IsLostAfter(s_unknown));
        }
    }
}
