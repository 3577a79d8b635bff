using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

public sealed class StaticAddressTests
{
    [Theory]
    [InlineData("52:54:00:12:34:56=192.168.7.1/24")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/32")]
    [InlineData("52:54:00:12:34:56=fd00::1/64")]
    public void TryParse_Address_ReadsWhatItWrites(string text)
    {
        Assert.True(StaticAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("192.168.7.1/24")]
    [InlineData("eth0=192.168.7.1/24")]
    [InlineData("52:54:00:12:34:56=192.168.7.1")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/0")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/33")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/-1")]
    [InlineData("52:54:00:12:34:56=192.168.7/24")]
    [InlineData("52:54:00:12:34:56=7/24")]
    [InlineData("52:54:00:12:34:56=fe80::1%2/64")]
    [InlineData("52:54:00:12:34:56=fd00::1/129")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/24/24")]
    [InlineData("52:54:00:12:34:56=192.168.7.1/24=")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(StaticAddress.TryParse(text, out _));
}
