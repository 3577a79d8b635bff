using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Processes;

namespace Stiefel.Linux.Devices;

/// <summary>The system that an initramfs has started, for a process that stayed behind in the initramfs: reaches its terminals and its process 1. See <see cref="LaterRoot"/>.</summary>
public static class LaterSystem
{
    // man 3 sd_booted.
    private const string SystemdRuns = "/run/systemd/system";

    // man 1 systemd: SIGRTMIN+4 starts poweroff.target, irreversibly. SIGRTMIN is libc's, 34: libc keeps the kernel's first two for itself.
    private const int SystemdPowerOff = 34 + 4;

    // man 7 cgroups: hierarchy 0 is that of version 2, and its root is /. The zero written there is the writer.
    private const string OwnGroups = "/proc/self/cgroup";
    private const string RootGroup = "/sys/fs/cgroup/cgroup.procs";
    private const string Version2 = "0::/";

    // A new pseudo-terminal gets the lowest free number, so higher ones are rare.
    private const int PseudoTerminals = 128;

    /// <summary>Asks the system to shut down and power off.</summary>
    /// <returns>False if its process 1 is not systemd, which might take the signal for something else.</returns>
    public static bool PowerOff() => LaterRoot.IsThere && LaterRoot.Has(SystemdRuns) && Signals.kill(1, SystemdPowerOff) == 0;

    /// <summary>Moves this process to the root of that system's control groups (man 7 cgroups, version 2), if it is in another one.</summary>
    /// <returns>False if it is in another one and could not be moved.</returns>
    public static bool LeaveGroup() => !LaterRoot.IsThere || LeaveGroup(LaterRoot.PathOf(OwnGroups), LaterRoot.PathOf(RootGroup));

    internal static bool LeaveGroup(string ownGroups, string rootGroup) =>
        !SysfsText.Read(ownGroups).Split('\n').Any(line => line.StartsWith(Version2, StringComparison.Ordinal) && line.Length > Version2.Length)
        || SysfsText.TryWrite(rootGroup, "0");

    /// <summary>Writes to the foreground console and to every pseudo-terminal, like wall(1), without waiting for any. Needs CAP_DAC_OVERRIDE.</summary>
    public static void WriteToTerminals(string text)
    {
        if (LaterRoot.IsThere)
        {
            WriteToTerminals(LaterRoot.PathOf("/dev"), text);
        }
    }

    internal static void WriteToTerminals(string devices, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var name in Enumerable.Range(0, PseudoTerminals).Select(number => $"pts/{number}").Prepend("tty0"))
        {
            try
            {
                using var terminal = CharacterDevice.OpenTerminal($"{devices}/{name}");
                _ = Descriptor.Write(terminal, bytes);
            }
            catch (LinuxException)
            {
                // The terminal does not exist, or its user has stopped its output.
            }
        }
    }
}
