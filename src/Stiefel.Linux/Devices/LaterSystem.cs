using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Processes;

namespace Stiefel.Linux.Devices;

/// <summary>The system that an initramfs has started, for a process that stayed behind in the initramfs: its terminals, and its process 1. See <see cref="LaterRoot"/>.</summary>
public static class LaterSystem
{
    // sd_booted(3).
    private const string SystemdRuns = "/run/systemd/system";

    // systemd(1): starts poweroff.target, irreversibly. SIGRTMIN is libc's, which keeps the first two of the kernel's for itself.
    private const int SystemdPowerOff = 34 + 4;

    // The kernel gives the lowest number that is free.
    private const int PseudoTerminals = 128;

    /// <summary>Asks it to switch the machine off in good order.</summary>
    /// <returns>False if its process 1 is not systemd, and may take a signal for something else.</returns>
    public static bool PowerOff() => LaterRoot.IsThere && LaterRoot.Has(SystemdRuns) && Signals.kill(1, SystemdPowerOff) == 0;

    /// <summary>Writes to the console in front and to every pseudo-terminal, as wall(1) does, waiting for none. Takes CAP_DAC_OVERRIDE.</summary>
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
                // Not there, or stopped by its user.
            }
        }
    }
}
