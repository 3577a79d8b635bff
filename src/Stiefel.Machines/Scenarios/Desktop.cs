using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>The desktop, which has no disk: it boots the client ramdisk, and then the laptop's system from the laptop's disk.</summary>
public sealed class Desktop : IAsyncDisposable
{
    private readonly VirtualMachine _machine;

    private Desktop(VirtualMachine machine) => _machine = machine;

    /// <summary>The desktop's serial console.</summary>
    public SerialConsole Console => _machine.Console;

    /// <summary>The machine itself.</summary>
    public VirtualMachine Machine => _machine;

    /// <summary>Powers the desktop on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The desktop's name in logs and timeline.</param>
    /// <param name="start">How the desktop loads the ramdisk.</param>
    /// <param name="keyFile">The key on its stick; null for a desktop without one.</param>
    /// <param name="token">Cancels the start.</param>
    /// <param name="recording">A file that records all traffic on the cable; null for none.</param>
    /// <param name="isSecond">True for a second desktop, on its own cable to the laptop.</param>
    public static Task<Desktop> StartAsync(
        MachineRun run, string name, DesktopStart start, string? keyFile, CancellationToken token, string? recording = null, bool isSecond = false) =>
        StartAsync(run, name, start, keyFile, (isSecond ? run.SecondDesktopEnd : run.DesktopEnd) with { Recording = recording }, "", token);

    /// <summary>Powers the desktop on, with cards and kernel arguments of the caller's choice.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The desktop's name in logs and timeline.</param>
    /// <param name="start">How the desktop loads the ramdisk.</param>
    /// <param name="keyFile">The key on its stick; null for a desktop without one.</param>
    /// <param name="end">Its end of the cable.</param>
    /// <param name="arguments">Kernel arguments besides the usual ones.</param>
    /// <param name="token">Cancels the start.</param>
    public static async Task<Desktop> StartAsync(
        MachineRun run, string name, DesktopStart start, string? keyFile, CableEnd end, string arguments, CancellationToken token)
    {
        var medium = await ClientMedium.MakeAsync(
            Path.Combine(run.WorkDirectory, name), start, run.Ramdisk, keyFile, $"{MachineRun.KernelArguments} {arguments}".TrimEnd(), token);
        return new Desktop(await run.StartAsync(name, medium.Startup, medium.Disks, end, token));
    }

    /// <summary>Wraps a desktop loaded from a station, which already runs the payload.</summary>
    public static Desktop TakenUp(VirtualMachine machine) => new(machine);

    /// <summary>Waits for the line of a phase, for example `searching`.</summary>
    public Task WaitForPhaseAsync(string phase, TimeSpan limit, CancellationToken token)
        => Console.WaitForAsync($"stiefel: phase {phase}\n", limit, token);

    /// <summary>Waits until the desktop has booted the payload, and logs in.</summary>
    public async Task<ConsoleShell> LogInAsync(CancellationToken token)
    {
        await WaitForPhaseAsync("searching", TimeLimits.FirmwareStart, token);
        await WaitForPhaseAsync("executing", TimeLimits.Fetch, token);
        return await LogInToPayloadAsync(token);
    }

    /// <summary>Logs in to a payload that is already being started.</summary>
    public Task<ConsoleShell> LogInToPayloadAsync(CancellationToken token)
        => ConsoleShell.LogInAsync(_machine.Name, Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);

    /// <summary>Shuts the payload down from its shell; waits for the goodbye to the laptop, and until the machine is off.</summary>
    public async Task PowerOffAsync(ConsoleShell shell, CancellationToken token)
    {
        await shell.StartAsync("systemctl poweroff", token);
        await WaitForPhaseAsync("goodbye", TimeLimits.PowerOff, token);
        await _machine.WaitForEndAsync(TimeLimits.PowerOff, token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _machine.DisposeAsync();
}
