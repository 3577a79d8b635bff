using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>sys/reboot.h, with the command from linux/reboot.h that glibc names RB_KEXEC.</summary>
internal static partial class Reboot
{
    internal const int LINUX_REBOOT_CMD_KEXEC = 0x45584543;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int reboot(int cmd);

    /// <summary>unistd.h: it cannot fail.</summary>
    [LibraryImport("libc")]
    internal static partial void sync();
}
