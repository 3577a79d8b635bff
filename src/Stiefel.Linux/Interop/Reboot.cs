using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>sys/reboot.h, with commands from linux/reboot.h.</summary>
internal static partial class Reboot
{
    internal const uint LINUX_REBOOT_CMD_RESTART = 0x01234567;
    internal const uint LINUX_REBOOT_CMD_HALT = 0xcdef0123;
    internal const uint LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc;
    internal const uint LINUX_REBOOT_CMD_KEXEC = 0x45584543;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int reboot(uint cmd);

    /// <summary>unistd.h; this cannot fail.</summary>
    [LibraryImport("libc")]
    internal static partial void sync();
}
