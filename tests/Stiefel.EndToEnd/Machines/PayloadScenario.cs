using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A scenario on a desktop that runs the laptop's system already, of a station, and what such scenarios do in the same way.</summary>
public abstract class PayloadScenario(MachineParts parts)
{
    private protected MachineParts Parts => parts;

    private protected CancellationToken Token { get; } = TestContext.Current.CancellationToken;

    /// <summary>Plays it; when all machines are off the laptop's disk needs no repair, and holds the file that is named.</summary>
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

    /// <summary>Switches on the machine that ran the payload, which is off now; or another one, on a cable of its own.</summary>
    private protected async Task<Desktop> StartDesktopAsync(MachineRun run, string name, bool isSecond = false) =>
        await Desktop.StartAsync(run, name, DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, Token, isSecond: isSecond);

    /// <summary>It is given the disk unasked: for a question somebody would have to type an answer.</summary>
    private protected Task WaitForGrantAsync(Desktop desktop) => desktop.WaitForPhaseAsync("granted", TimeLimits.FirmwareStart + TimeLimits.Fetch, Token);

    /// <summary>Hands files to the payload on a stick, which it has at /mnt then.</summary>
    private protected async Task HandInAsync(MachineRun run, RunningPayload payload, Func<string, Task> fillAsync)
    {
        var stick = await HandInDisk.MakeAsync(run, fillAsync, Token);
        await payload.Desktop.Machine.PlugStickAsync(stick.Path, Token);
        await payload.Shell.RunAsync("until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt", Token);
    }

    /// <summary>Bounds both directions of the desktop's cable.</summary>
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

    /// <summary>Takes the bound away.</summary>
    private protected Task SpeedUpAsync(ConsoleShell shell) =>
        shell.RunAsync($"{PayloadChecks.InLink} sh -c 'tc qdisc del dev stiefellink root; tc qdisc del dev stiefellink ingress'", Token);
}
