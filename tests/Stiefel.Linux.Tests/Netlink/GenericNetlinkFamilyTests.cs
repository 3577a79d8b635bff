using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using Xunit;

namespace Stiefel.Linux.Tests.Netlink;

public sealed class GenericNetlinkFamilyTests
{
    [Fact]
    public void Find_TheController_KnowsItselfAndItsGroup()
    {
        using var socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);

        var family = GenericNetlinkFamily.Find(socket, "nlctrl");

        Assert.NotNull(family);
        Assert.Equal(LinuxNetlink.GENL_ID_CTRL, family.Id);
        Assert.True(family.MulticastGroups["notify"] > 0);
    }

    [Fact]
    public void Find_UnknownFamily_IsNull()
    {
        using var socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);

        Assert.Null(GenericNetlinkFamily.Find(socket, "no-such-family"));
        Assert.NotNull(GenericNetlinkFamily.Find(socket, "nlctrl"));
    }
}
