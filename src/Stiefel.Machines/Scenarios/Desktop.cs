using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>The desktop: has no disk, boots the client ramdisk, and then the laptop's system from the laptop's disk.</summary>
public sealed class Desktop : IAsyncDisposable
{
    private readonly VirtualMachine _machine;

    private Desktop(VirtualMachine machine) => _machine = machine;

    /// <summary>Its serial console.</summary>
    public SerialConsole Console => _machine.Console;

    /// <summary>The machine itself.</summary>
    public VirtualMachine Machine => _machine;

    /// <summary>Switches it on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">In logs and timeline.</param>
    /// <param name="start">How it gets at the ramdisk.</param>
    /// <param name="keyFile">The key on its stick; null for a desktop without one.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="recording">Where all that crosses the cable is written down; null for nowhere.</param>
    /// <param name="isSecond">On a cable of its own, while another desktop is on the first.</param>
    public static async Task<Desktop> StartAsync(
        MachineRun run, string name, DesktopStart start, string? keyFile, CancellationToken token, string? recording = null, bool isSecond = false)
    {
        var medium = await ClientMedium.MakeAsync(
            Path.Combine(run.WorkDirectory, name), start, run.Ramdisk, keyFile, MachineRun.KernelArguments, token);
        var end = isSecond ? run.SecondDesktopEnd : run.DesktopEnd;
        return new Desktop(await run.StartAsync(name, medium.Startup, medium.Disks, end with { Recording = recording }, token));
    }

    /// <summary>A desktop that runs the payload already, of a station.</summary>
    public static Desktop TakenUp(VirtualMachine machine) => new(machine);

    /// <summary>Waits for a line of a phase, e.g. `searching`.</summary>
    public Task WaitForPhaseAsync(string phase, TimeSpan limit, CancellationToken token)
        => Console.WaitForAsync($"stiefel: phase {phase}\n", limit, token);

    /// <summary>Waits for the payload's login prompt and logs in.</summary>
    public async Task<ConsoleShell> LogInAsync(CancellationToken token)
    {
        await WaitForPhaseAsync("searching", TimeLimits.FirmwareStart, token);
        await WaitForPhaseAsync("executing", TimeLimits.Fetch, token);
        return await LogInToPayloadAsync(token);
    }

    /// <summary>The same once the payload is being started.</summary>
    public Task<ConsoleShell> LogInToPayloadAsync(CancellationToken token)
        => ConsoleShell.LogInAsync(_machine.Name, Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);

    /// <summary>Shuts the payload down from its shell, until the laptop knows that the disk is left in order, and the machine is off.</summary>
    public async Task PowerOffAsync(ConsoleShell shell, CancellationToken token)
    {
        await shell.StartAsync("systemctl poweroff", token);
        await WaitForPhaseAsync("goodbye", TimeLimits.PowerOff, token);
        await _machine.WaitForEndAsync(TimeLimits.PowerOff, token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _machine.DisposeAsync();
}
