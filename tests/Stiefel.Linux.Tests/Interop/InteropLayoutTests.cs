using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
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
        Agrees(typeof(LinuxRtnetlink), "net/if_arp.h", "linux/rtnetlink.h", "linux/if_link.h", "linux/if_addr.h", "linux/fib_rules.h", "linux/neighbour.h", "linux/if.h", "linux/veth.h");

    [Fact]
    public void LinuxEthtool_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxEthtool), "linux/ethtool.h", "linux/sockios.h", "net/if.h");

    [Fact]
    public void LinuxWireGuard_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxWireGuard), "linux/wireguard.h");

    [Fact]
    public void LinuxNbdNetlink_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxNbdNetlink), "linux/nbd.h", "linux/nbd-netlink.h");

    [Fact]
    public void Spawn_AgainstTheHeaders_Agrees() => Agrees(typeof(Spawn), "spawn.h", "sys/wait.h", "unistd.h");

    [Fact]
    public void SysMman_AgainstTheHeaders_Agrees() => Agrees(typeof(SysMman), "sys/mman.h");

    [Fact]
    public void SysPrctl_AgainstTheHeaders_Agrees() => Agrees(typeof(SysPrctl), "sys/prctl.h", "sys/resource.h");

    [Fact]
    public void LinuxCapability_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxCapability), "linux/capability.h");

    [Fact]
    public void LinuxInput_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxInput), "linux/kd.h", "linux/input.h");

    [Fact]
    public void Fcntl_AgainstTheHeaders_Agrees() => Agrees(typeof(Fcntl), "fcntl.h", "linux/falloc.h");

    [Fact]
    public void Stdio_AgainstTheHeaders_Agrees() => Agrees(typeof(Stdio), "stdio.h");

    [Fact]
    public void Unistd_AgainstTheHeaders_Agrees() => Agrees(typeof(Unistd), "unistd.h", "sys/uio.h");

    [Fact]
    public void SysStat_AgainstTheHeaders_Agrees() => Agrees(typeof(SysStat), "sys/stat.h", "fcntl.h");

    [Fact]
    public void LinuxFs_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxFs), "linux/fs.h", "linux/loop.h");

    [Fact]
    public void LinuxDeviceMapper_AgainstTheHeaders_Agrees() => Agrees(typeof(LinuxDeviceMapper), "sys/ioctl.h", "linux/dm-ioctl.h");

    [Fact]
    public void OpenAt2_AgainstTheHeaders_Agrees() => Agrees(typeof(OpenAt2), "sys/syscall.h", "linux/openat2.h");

    [Fact]
    public void Signals_AgainstTheHeaders_Agrees()
    {
        // glibc's sigset_t is a typedef without a struct tag: its size is asserted by hand.
        var source = string.Concat(HeaderCheck.AssertionsAbout(typeof(Signals))
            .Where(assertion => !assertion.Contains("struct", StringComparison.Ordinal))
            .Append($"sizeof(sigset_t) == {Marshal.SizeOf<Signals.sigset_t>()}")
            .Append("(long)SIG_DFL == 0 && (long)SIG_IGN == 1 && SIGRTMAX <= 64")
            .Select(assertion => $"_Static_assert({assertion}, \"\");\n"));
        Assert.Equal("", HeaderCheck.Compile("#include <signal.h>\n" + source.Replace("SIGRTMAX", "_NSIG - 1", StringComparison.Ordinal)));
    }

    [Fact]
    public void SysModule_NumberOfFinitModule_IsThatOfTheHeaders() => Assert.Equal(
        "", HeaderCheck.Compile($"#include <sys/syscall.h>\n_Static_assert(SYS_finit_module == {SysModule.Number}, \"\");\n"));

    [Fact]
    public void KexecFile_NumberOfKexecFileLoad_IsThatOfTheHeaders() => Assert.Equal(
        "", HeaderCheck.Compile($"#include <sys/syscall.h>\n#include <linux/kexec.h>\n_Static_assert(SYS_kexec_file_load == {KexecFile.Number} && KEXEC_FILE_UNLOAD == {KexecFile.KEXEC_FILE_UNLOAD}, \"\");\n"));

    [Fact]
    public void Reboot_AgainstTheHeaders_Agrees() => Agrees(typeof(Reboot), "linux/reboot.h");

    [Fact]
    public void HeaderCheck_WrongConstant_IsReported() =>
        Assert.Contains("static assertion failed", HeaderCheck.Compile("#include <errno.h>\n_Static_assert(EPERM == 2, \"\");\n"), StringComparison.Ordinal);

    [Fact]
    public void HeaderCheck_InteropClass_YieldsItsConstantsAndFields()
    {
        var assertions = HeaderCheck.AssertionsAbout(typeof(LinuxNetlink)).ToList();

        Assert.Contains("(unsigned long long)(NETLINK_GENERIC) == 16ull", assertions);
        Assert.Contains("offsetof(struct nlmsghdr, nlmsg_seq) == 8", assertions);
        Assert.Contains("sizeof(struct nlattr) == 4", assertions);
    }

    private static void Agrees(Type interop, params string[] headers)
    {
        var complaints = HeaderCheck.Compile(interop, headers);
        Assert.True(complaints.Length == 0, complaints);
    }
}
