using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;

namespace Stiefel.Linux.Network;

/// <summary>
/// Switches IPv6 on again on one interface on which a sysctl has disabled it (disable_ipv6), which removes the interface's addresses and refuses
/// new ones. Needs no /proc: it uses a procfs that is mounted nowhere (man 2 fsopen) and closed at once.
/// </summary>
public static class Ipv6Switch
{
    private const uint Harmless = SysFsMount.MOUNT_ATTR_NOSUID | SysFsMount.MOUNT_ATTR_NODEV | SysFsMount.MOUNT_ATTR_NOEXEC;

    /// <summary>
    /// Does nothing if IPv6 is on. Otherwise, if the interface is up, the kernel gives it its link-local address, as when it is set up.
    /// </summary>
    /// <exception cref="LinuxException">ENOENT: the kernel has no IPv6, or there is no such interface. ENOSYS: the kernel is older than 5.2.</exception>
    public static void TurnOn(string interfaceName)
    {
        var setting = $"sys/net/ipv6/conf/{interfaceName}/disable_ipv6";
        using var proc = DetachedProc();
        using var file = SysFsMount.openat(proc, setting, Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0);
        if (file.IsInvalid)
        {
            throw Failure($"openat(proc, \"{setting}\", O_RDWR)");
        }

        Span<byte> value = stackalloc byte[16];
        var length = Descriptor.Read(file, value);
        if (Encoding.ASCII.GetString(value[..length]).Trim() == "0")
        {
            return;
        }

        // A sysctl must be written from the beginning of its file: at any other offset the kernel accepts the bytes and ignores them.
        if (Unistd.lseek(file, 0, Unistd.SEEK_SET) < 0)
        {
            throw LinuxException.FromLastError($"lseek(\"{setting}\")");
        }

        Descriptor.Write(file, "0"u8);
    }

    private static SafeFileHandle DetachedProc()
    {
        using var context = SysFsMount.fsopen("proc", SysFsMount.FSOPEN_CLOEXEC);
        if (context.IsInvalid)
        {
            throw LinuxException.FromLastError("fsopen(\"proc\")");
        }

        if (SysFsMount.fsconfig_create(context) != 0)
        {
            throw LinuxException.FromLastError("fsconfig(\"proc\", FSCONFIG_CMD_CREATE)");
        }

        var proc = SysFsMount.fsmount(context, SysFsMount.FSMOUNT_CLOEXEC, Harmless);
        if (proc.IsInvalid)
        {
            var failure = LinuxException.FromLastError("fsmount(\"proc\")");
            proc.Dispose();
            throw failure;
        }

        return proc;
    }

    private static LinuxException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? new(call, errno, "this kernel has no IPv6, or the interface is gone") : new(call, errno);
    }
}
