using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The base of scenarios on a desktop that already runs the laptop's system, from a saved station, with the steps that they share.</summary>
public abstract class PayloadScenario(MachineParts parts)
{
    private protected MachineParts Parts => parts;

    private protected CancellationToken Token { get; } = TestContext.Current.CancellationToken;

    /// <summary>Plays the scenario, and checks when all machines are off that the laptop's disk needs no repair and contains the given file.</summary>
    private protected Task PlayAsync(
        string name, Func<MachineRun, RunningPayload, Task> playAsync, (string Path, string Content)? file = null, string? recording = null, bool endsHard = false) =>
        parts.PlayPayloadAsync(
            name,
            playAsync,
            async disk => await (file is { } written
                ? DiskChecks.FileAsync(disk, (await parts.StationsAsync()).Disk.RootPartition, written.Path, written.Content, Token)
                : Task.CompletedTask),
            recording,
            endsHard);

    /// <summary>Switches on the machine that ran the payload before and is off now, or a second one on a cable of its own.</summary>
    private protected async Task<Desktop> StartDesktopAsync(MachineRun run, string name, bool isSecond = false) =>
        await Desktop.StartAsync(run, name, DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, Token, isSecond: isSecond);

    /// <summary>Waits until the desktop is given the disk without a question: nothing is typed, so a question would stay unanswered.</summary>
    private protected Task WaitForGrantAsync(Desktop desktop) => desktop.WaitForPhaseAsync("granted", TimeLimits.FirmwareStart + TimeLimits.Fetch, Token);

    /// <summary>Hands files to the payload on a stick, which is then mounted at /mnt.</summary>
    private protected async Task HandInAsync(MachineRun run, RunningPayload payload, Func<string, Task> fillAsync)
    {
        var stick = await HandInDisk.MakeAsync(run, fillAsync, Token);
        await payload.Desktop.Machine.PlugStickAsync(stick.Path, Token);
        await payload.Shell.RunAsync("until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt", Token);
    }

    /// <summary>Limits the speed of the desktop's cable in both directions.</summary>
    private protected async Task SlowDownAsync(ConsoleShell shell, int megabits)
    {
        var slow = $"root tbf rate {megabits}mbit burst 64kb limit 300kb";
        await shell.RunAsync(
            $$"""
            modprobe ifb numifbs=0 && {{PayloadChecks.InLink}} sh -ec 'ip link add ifb0 type ifb; ip link set ifb0 up; tc qdisc add dev stiefellink ingress
            tc filter add dev stiefellink ingress matchall action mirred egress redirect dev ifb0
            tc qdisc add dev stiefellink {{slow}}; tc qdisc add dev ifb0 {{slow}}'
            """, Token);
    }

    /// <summary>Removes the limit.</summary>
    private protected Task SpeedUpAsync(ConsoleShell shell) =>
        shell.RunAsync($"{PayloadChecks.InLink} sh -c 'tc qdisc del dev stiefellink root; tc qdisc del dev stiefellink ingress'", Token);
}
