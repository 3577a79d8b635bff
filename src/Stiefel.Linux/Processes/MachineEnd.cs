using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>How a machine ends (man 2 reboot).</summary>
public enum MachineEnd : uint
{
    /// <summary>Switched off.</summary>
    PowerOff = Reboot.LINUX_REBOOT_CMD_POWER_OFF,

    /// <summary>Started again.</summary>
    Restart = Reboot.LINUX_REBOOT_CMD_RESTART,

    /// <summary>Stands still, with its last words on the screen.</summary>
    Halt = Reboot.LINUX_REBOOT_CMD_HALT,

    /// <summary>Becomes the kernel that was loaded.</summary>
    Kexec = Reboot.LINUX_REBOOT_CMD_KEXEC,
}

/// <summary>Ends the machine at once, past every process: nothing is written back before.</summary>
public static class MachinePower
{
    /// <summary>Does not return. Throws <see cref="LinuxException"/>: no right to, or <see cref="MachineEnd.Kexec"/> without a kernel loaded.</summary>
    public static void End(MachineEnd how)
    {
        _ = Reboot.reboot((uint)how);
        throw LinuxException.FromLastError($"reboot({how})");
    }

    /// <summary>Writes back what every file system has in memory (man 2 sync); returns when it is on the media.</summary>
    public static void Sync() => Reboot.sync();
}
