using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qmp;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>A desktop that is put to sleep (suspended to memory) by its own system and woken by its power key.</summary>
public static class SleepingDesktop
{
    // Waking resets the chipset of QEMU's q35, and SeaBIOS does not switch its power management on again as the firmware of a computer does: the next sleep
    // would end at once, and the machine would not power off. The eight bytes are PMBASE and ACPI_CNTL of the ICH9's LPC bridge.
    private const string Chipset = "/sys/bus/pci/devices/0000:00:1f.0/config";
    private const string Kept = "/run/chipset";
    private const string Keep = $"dd if={Chipset} of={Kept} bs=1 skip=64 count=8 status=none";
    private const string Restore = $"dd if={Kept} of={Chipset} bs=1 seek=64 conv=notrunc status=none";

    // A character that arrives while the serial port is being resumed is lost, so the shell says when it is awake; `systemctl suspend` may end before.
    private const string Suspend = """
        slept=/sys/power/suspend_stats/success; before=$(cat $slept); systemctl suspend
        n=0; until [ $(cat $slept) != $before ]; do sleep 0.1; n=$((n + 1)); [ $n -lt 1200 ] || break; done; [ $n -lt 1200 ]
        """;

    private const string Reasons = "systemctl --no-pager list-jobs; journalctl --no-pager -b -n 20 -u systemd-suspend -u systemd-logind; dmesg | tail -n 20";

    /// <summary>Tells the system to sleep, and returns when the machine does.</summary>
    /// <exception cref="MachineException">It does not; the message tells what its log says.</exception>
    public static async Task FallAsleepAsync(this Desktop desktop, ConsoleShell shell, CancellationToken token)
    {
        await shell.RunAsync(Keep, token);
        var sleeps = desktop.Machine.SleepsAsync(token);
        await shell.StartAsync(Suspend, token);
        try
        {
            await sleeps;
        }
        catch (QmpException error)
        {
            var told = await shell.FinishAsync(TimeLimits.Command * 2, token);
            var reasons = await shell.TryRunAsync(Reasons, token);
            throw new MachineException($"{desktop.Machine.Name} does not sleep: {error.Message}; `systemctl suspend` said {told.ExitCode} {told.Text}\n{reasons.Text}");
        }
    }

    /// <summary>Wakes the machine, and returns as soon as its shell answers.</summary>
    /// <exception cref="MachineException">The shell does not answer.</exception>
    public static async Task WakeUpAsync(this Desktop desktop, ConsoleShell shell, CancellationToken token)
    {
        await desktop.Machine.WakeAsync(token);
        _ = await shell.FinishAsync(TimeLimits.Command, token);
    }

    /// <summary>Does for a machine that was woken what its firmware would have done; needed before it sleeps again or powers off.</summary>
    public static Task AfterWakingAsync(this Desktop desktop, ConsoleShell shell, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(desktop);
        return shell.RunAsync(Restore, token);
    }
}
