using CsCheck;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

public sealed class MacAddressTests
{
    [Fact]
    public void TryParse_ItsOwnText_IsTheSameAddress() => Gen.Byte.Array[6].Sample(bytes =>
    {
        var mac = MacAddress.FromBytes(bytes);
        Assert.True(MacAddress.TryParse(mac.ToString(), out var again));
        Assert.Equal(mac, again);
        Assert.Equal(bytes, again.ToBytes());
    });

    [Theory]
    [InlineData("52:54:00:12:34")]
    [InlineData("52:54:00:12:34:5g")]
    [InlineData("52:54:00:12:34:+5")]
    [InlineData("52-54-00-12-34-56")]
    [InlineData("52:54:00:12:34:56:")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_SomethingElse_IsRefused(string? text) => Assert.False(MacAddress.TryParse(text, out _));

    [Theory]
    [InlineData("00:11:22:33:44:55", "02:11:22:33:44:55")]
    [InlineData("52:54:00:12:34:56", "56:54:00:12:34:56")]
    [InlineData("06:54:00:12:34:56", "02:54:00:12:34:56")]
    public void ToLocal_AnyAddress_IsAnotherOneOfNoMaker(string address, string local)
    {
        Assert.True(MacAddress.TryParse(address, out var mac));

        Assert.Equal(local, mac.ToLocal().ToString());
    }

    [Fact]
    public void ToLinkLocalAddress_ExampleOfRfc4291_Agrees()
    {
        Assert.True(MacAddress.TryParse("34:56:78:9A:BC:DE", out var mac));

        Assert.Equal("fe80::3656:78ff:fe9a:bcde", mac.ToLinkLocalAddress().ToString());
        Assert.Equal("34:56:78:9a:bc:de", mac.ToString());
        Assert.True(MacAddress.TryFromLinkLocalAddress(mac.ToLinkLocalAddress(), out var again));
        Assert.Equal(mac, again);
    }

    [Theory]
    [InlineData("fe80::1")]
    [InlineData("2001:db8::3656:78ff:fe9a:bcde")]
    [InlineData("fe80::3656:78ff:ff9a:bcde")]
    [InlineData("169.254.1.1")]
    public void TryFromLinkLocalAddress_OneOfAnotherOrigin_IsRefused(string address)
    {
        Assert.False(MacAddress.TryFromLinkLocalAddress(System.Net.IPAddress.Parse(address), out var mac));
        Assert.Equal(default, mac);
    }
}
