using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the end of the laptop's system on a desktop: the laptop is told that it was clean, or the screen tells why it was not.</summary>
[Trait("Needs", "machines")]
public sealed class EndTests(MachineParts parts) : PayloadScenario(parts)
{
    private const string Place = "/run/initramfs";
    private const string Goodbye = "stiefel: phase goodbye\n";
    private const string Heard = " ended cleanly: all that it wrote is on the medium, and the disk is free";
    private const string Waiting = "stiefel: waiting to leave the laptop's disk in order: ";
    private const string File = "/root/written-last";

    // systemd runs this script after it has stopped everything and before it returns to the ramdisk, the last moment at which a test can act.
    private const string LastHook = "/usr/lib/systemd/system-shutdown/last-moment";

    [Fact]
    public Task Payload_PoweredOff_LeavesTheDiskInOrderForTheNextDesktop() => EndInOrderAsync("poweroff", async run =>
    {
        await using var second = await StartDesktopAsync(run, "second-desktop", isSecond: true);
        await WaitForGrantAsync(second);
    });

    [Fact]
    public Task Payload_Rebooted_LeavesTheDiskInOrder() => EndInOrderAsync("reboot", _ => Task.CompletedTask);

    [Fact]
    public Task Payload_CableOutWhileItEnds_SaysSoAndWaitsForIt() => PlayAsync("end-without-cable", async (_, payload) =>
    {
        await EndWithoutCableAsync(payload);
        await payload.Desktop.Machine.SetCableAsync(connected: true, Token);
        await payload.Desktop.Console.WaitForAsync(Goodbye, TimeLimits.Seconds(60), Token);
        await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, Token);
    });

    [Fact]
    public Task Payload_CableOutAndPowerKey_EndsWithoutAGoodbye() => PlayAsync("end-by-key", async (_, payload) =>
    {
        await EndWithoutCableAsync(payload);
        await payload.Desktop.Machine.PressPowerKeyAsync(Token);
        await payload.Desktop.Console.WaitForAsync("stiefel: the end is not clean: given up by the power key", TimeLimits.Seconds(60), Token);
        await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, Token);
    });

    /// <summary>A process that survives the shutdown holds the root in a mount namespace of its own: unmounting succeeds, and only the exclusive claim detects it.</summary>
    [Fact]
    public Task Payload_RootStaysInUse_IsWrittenBackAndTheEndIsCalledUnclean() => PlayAsync("end-in-use", async (_, payload) =>
    {
        await ReadyAsync(payload.Shell);
        await payload.Shell.RunAsync(
            "cp /bin/sleep /dev/shm/sleep && bash -c 'echo $BASHPID >/sys/fs/cgroup/cgroup.procs; exec setsid unshare --mount bash -c \"exec -a @holder sleep 3600\" >/dev/null 2>&1 </dev/null &' && until pgrep -f ^@holder; do sleep 0.2; done",
            Token);
        await EndAsync(payload, "poweroff");
        await payload.Desktop.Console.WaitForAsync("stiefel: the end is not clean: something still uses /dev/nbd0", TimeLimits.PowerOff, Token);
        await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, Token);
    });

    private Task EndInOrderAsync(string verb, Func<MachineRun, Task> goOnAsync) => PlayAsync(
        $"end-{verb}",
        async (run, payload) =>
        {
            await ReadyAsync(payload.Shell);
            await PayloadChecks.WriteAsync(payload.Shell, File, verb, Token);
            await EndAsync(payload, verb);
            await payload.Laptop.Console.WaitForAsync(Heard, TimeLimits.PowerOff, Token);
            await payload.Desktop.Console.WaitForAsync(Goodbye, TimeLimits.PowerOff, Token);
            await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, Token);
            await goOnAsync(run);
        },
        (File, verb));

    /// <summary>Checks that the shutdown ramdisk is there, that it cannot be changed, and that none of it is on the disk.</summary>
    private async Task ReadyAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"until [ -x {Place}/shutdown ]; do sleep 0.5; done", Token);
        Assert.Equal("tmpfs ro,nosuid,nodev", (await shell.RunAsync($"findmnt -rno FSTYPE,OPTIONS {Place} | cut -d, -f1-3", Token)).Trim());
        await shell.RunAsync($"! touch {Place}/shutdown 2>/dev/null", Token);
    }

    private async Task EndWithoutCableAsync(RunningPayload payload)
    {
        await ReadyAsync(payload.Shell);
        await StopAtTheLastMomentAsync(payload.Shell);
        await EndAsync(payload, "poweroff");
        await payload.Desktop.Console.WaitForAsync("last moment", TimeLimits.PowerOff, Token);
        await payload.Desktop.Machine.SetCableAsync(connected: false, Token);
        await payload.Desktop.Console.SendLineAsync("go on", Token);
        await payload.Desktop.Console.WaitForAsync(Waiting, TimeLimits.Seconds(60), Token);
    }

    /// <summary>Stops the shutdown at its last moment until a line is typed, without running a program, which would have to be read from the disk.</summary>
    private async Task StopAtTheLastMomentAsync(ConsoleShell shell) => await shell.RunAsync(
            $"""
            cat >{LastHook} <<'END'
            #!/bin/sh
            echo last moment >/dev/console
            read -r line </dev/console
            END
            chmod +x {LastHook} && sync
            """, Token);

    private Task EndAsync(RunningPayload payload, string verb) => payload.Shell.StartAsync($"systemctl {verb}", Token);
}
