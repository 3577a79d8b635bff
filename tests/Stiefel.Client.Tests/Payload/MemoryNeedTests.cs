using Stiefel.Client.Payload;
using Xunit;

namespace Stiefel.Client.Tests.Payload;

public sealed class MemoryNeedTests
{
    [Theory]
    [InlineData(600_000_000, "600.0 MB of memory are free")]
    [InlineData(599_999_999, "only 600.0 MB of memory are free, loading needs 600.0 MB: it may fail")]
    public void Describe_AtTheThreshold_WarnsBelowIt(long available, string expected) =>
        Assert.Equal(expected, MemoryNeed.Describe(200_000_000, available));

    [Fact]
    public void AvailableBytes_OfProcMeminfo_IsInBytes()
    {
        Assert.Equal(512L * 1024, MemoryNeed.AvailableBytes(["MemTotal:        1000 kB", "MemAvailable:     512 kB"]));
        Assert.Equal(0, MemoryNeed.AvailableBytes(["MemTotal: 1 kB", "MemAvailable: many kB"]));
    }
}
