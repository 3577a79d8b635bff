using Stiefel.Linux.Interop;
using Xunit;

namespace Stiefel.Linux.Tests.Interop;

public sealed class InteropLayoutTests
{
    [Fact]
    public void SysSocket_AgainstTheHeaders_Agrees() => Agrees(typeof(SysSocket), "sys/socket.h");

    [Fact]
    public void Poll_AgainstTheHeaders_Agrees() => Agrees(typeof(Poll), "poll.h");

    [Fact]
    public void Errno_AgainstTheHeaders_Agrees() => Agrees(typeof(Errno), "errno.h");

    [Fact]
    public void LinuxNetlink_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxNetlink), "sys/socket.h", "linux/netlink.h", "linux/genetlink.h");

    [Fact]
    public void LinuxRtnetlink_AgainstTheHeaders_Agrees() =>
        Agrees(typeof(LinuxRtnetlink), "net/if_arp.h", "linux/rtnetlink.h", "linux/if_link.h", "linux/if_addr.h", "linux/if.h");

    [Fact]
    public void CompilerVerdict_WrongConstant_IsReported() =>
        Assert.Contains("static assertion failed", CompilerVerdict.Compile("#include <errno.h>\n_Static_assert(EPERM == 2, \"\");\n"), StringComparison.Ordinal);

    [Fact]
    public void CompilerVerdict_InteropClass_YieldsItsConstantsAndFields()
    {
        var assertions = CompilerVerdict.AssertionsAbout(typeof(LinuxNetlink)).ToList();

        Assert.Contains("(unsigned long long)(NETLINK_GENERIC) == 16ull", assertions);
        Assert.Contains("offsetof(struct nlmsghdr, nlmsg_seq) == 8", assertions);
        Assert.Contains("sizeof(struct nlattr) == 4", assertions);
    }

    private static void Agrees(Type interop, params string[] headers)
    {
        var complaints = CompilerVerdict.Compile(interop, headers);
        Assert.True(complaints.Length == 0, complaints);
    }
}
