using Stiefel.Protocol.Tunnel;

namespace Stiefel.Protocol.Tests.Tunnel;

public sealed class TunnelKeyTests
{
    [Fact]
    public void Generate_ManyTimes_IsClampedAndNeverTheSame()
    {
        var keys = Enumerable.Range(0, 200).Select(_ => TunnelKey.Generate()).ToList();
        Assert.All(keys, key => Assert.Equal((0, 0x40), (key[0] & 7, key[31] & 0xc0)));
        Assert.Equal(keys.Count, keys.Select(key => TunnelKey.Format(key)).Distinct().Count());
    }

    [Fact]
    public void TryParse_Formatted_IsTheSame()
    {
        var key = TunnelKey.Generate();
        Assert.True(TunnelKey.TryParse(TunnelKey.Format(key), out var read));
        Assert.Equal(key, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("AA00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000001")]
    public void TryParse_AnythingElse_IsNoKey(string? text) => Assert.False(TunnelKey.TryParse(text, out _));

    [Fact]
    public void Format_OtherLength_IsRefused() => Assert.Throws<ArgumentException>(() => TunnelKey.Format(new byte[31]));

    [Fact]
    public void MtuInside_OfTheUsualLink_Is1420AndIPv6FitsTheLeast()
    {
        Assert.Equal(1420, TunnelPlan.MtuInside(1500));
        Assert.Equal(1280, TunnelPlan.MtuInside(TunnelPlan.LeastLinkMtu));
    }
}
