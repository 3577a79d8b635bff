using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>The ways to end a machine (man 2 reboot).</summary>
public enum MachineEnd : uint
{
    /// <summary>Switches the machine off.</summary>
    PowerOff = Reboot.LINUX_REBOOT_CMD_POWER_OFF,

    /// <summary>Restarts the machine.</summary>
    Restart = Reboot.LINUX_REBOOT_CMD_RESTART,

    /// <summary>Stops the machine, with the last messages on the screen.</summary>
    Halt = Reboot.LINUX_REBOOT_CMD_HALT,

    /// <summary>Starts the kernel that was loaded by kexec.</summary>
    Kexec = Reboot.LINUX_REBOOT_CMD_KEXEC,
}

/// <summary>Ends the machine at once, without stopping processes or writing anything back.</summary>
public static class MachinePower
{
    /// <summary>Ends the machine; does not return. Throws <see cref="LinuxException"/> without the privilege, or for <see cref="MachineEnd.Kexec"/> without a loaded kernel.</summary>
    public static void End(MachineEnd how)
    {
        _ = Reboot.reboot((uint)how);
        throw LinuxException.FromLastError($"reboot({how})");
    }

    /// <summary>Writes back the cached data of all file systems (man 2 sync); returns when it is on the media.</summary>
    public static void Sync() => Reboot.sync();
}
