using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class Ipv6SwitchTests : IDisposable
{
    public Ipv6SwitchTests()
    {
        Ip("link add six0 type veth peer name six1");
        Ip("link set dev six0 up");
        Ip("link set dev six1 up");
    }

    public void Dispose() => Ip("link del six0");

    [Fact]
    public void TurnOn_SwitchedOffWhileUp_BringsTheLinkLocalAddressBack()
    {
        Assert.True(RouteNetlinkTests.Eventually(HasLinkLocal));
        File.WriteAllText("/proc/sys/net/ipv6/conf/six0/disable_ipv6", "1");
        Assert.False(HasLinkLocal());

        Ipv6Switch.TurnOn("six0");

        Assert.True(RouteNetlinkTests.Eventually(HasLinkLocal));
        Assert.Equal("0", Setting("six0"));
    }

    [Fact]
    public void TurnOn_SwitchedOffForAll_IsOnForThisOneAlone()
    {
        File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
        try
        {
            Ipv6Switch.TurnOn("six0");

            Assert.True(RouteNetlinkTests.Eventually(HasLinkLocal));
            Assert.Equal(("0", "1"), (Setting("six0"), Setting("six1")));
        }
        finally
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
        }
    }

    [Fact]
    public void TurnOn_AlreadyOn_LeavesTheAddressesAlone()
    {
        Ip("address add fd00::6/64 dev six0 nodad");

        Ipv6Switch.TurnOn("six0");

        Assert.Contains("fd00::6/64", Ip("address show dev six0"), StringComparison.Ordinal);
    }

    [Fact]
    public void TurnOn_NoSuchInterface_SaysSo()
    {
        var failure = Assert.Throws<LinuxException>(() => Ipv6Switch.TurnOn("nosuch0"));

        Assert.Equal(Errno.ENOENT, failure.Errno);
        Assert.Contains("nosuch0", failure.Message, StringComparison.Ordinal);
    }

    private static bool HasLinkLocal() =>
        RouteNetlink.ListLinks().Single(link => link.Name == "six0") is var link
        && RouteNetlink.ListAddresses(link.Index).Any(address => address.Address.IsIPv6LinkLocal);

    private static string Setting(string name) => File.ReadAllText($"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").Trim();
}
