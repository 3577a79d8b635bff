using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Machines.Stations;

/// <summary>Makes the stations of one laptop when they are first asked for, and keeps them until it is disposed.</summary>
/// <param name="directory">For their images and logs; removed in the end.</param>
/// <param name="ramdisk">Both machines' ramdisk.</param>
/// <param name="disk">The laptop's disk.</param>
/// <param name="keyFile">The key that laptop and desktop share.</param>
public sealed class StationMaker(string directory, RamdiskParts ramdisk, LaptopDisk disk, string keyFile) : IDisposable
{
    // So that a desktop that has lost its disk fails within a test's patience, whatever way it lost it.
    private const string Settings = "stiefel.Link.DeadConnectionSeconds=120";
    private const string DesktopName = "desktop";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<MachineRun> _runs = [];
    private Station? _ownSystem;
    private Station? _payload;

    /// <summary>The disk that all of them are of.</summary>
    public LaptopDisk Disk => disk;

    /// <summary>Takes the laptop up at the prompt of its own system.</summary>
    public async Task<LaptopAtPrompt> TakeUpOwnSystemAsync(MachineRun run, CancellationToken token)
    {
        Station station = await GetAsync(() => _ownSystem, async () => _ownSystem = await KeepOwnSystemAsync(token), token);
        IReadOnlyList<VirtualMachine> machines = await station.TakeUpAsync(run, token);
        return new LaptopAtPrompt(machines[0], await ConsoleShell.OverPromptAsync(Laptop.Name, machines[0].Console, token));
    }

    /// <summary>Takes both machines up: the laptop serves, and the desktop stands at the payload's prompt.</summary>
    public async Task<RunningPayload> TakeUpPayloadAsync(MachineRun run, CancellationToken token)
    {
        Station station = await GetAsync(() => _payload, async () => _payload = await KeepPayloadAsync(token), token);
        IReadOnlyList<VirtualMachine> machines = await station.TakeUpAsync(run, token);
        ConsoleShell shell = await ConsoleShell.OverPromptAsync(DesktopName, machines[1].Console, token);
        return new RunningPayload(Laptop.TakenUp(run, machines[0]), Desktop.TakenUp(machines[1]), shell);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runs.ForEach(run => run.Dispose());
        _turn.Dispose();
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<Station> GetAsync(Func<Station?> find, Func<Task<Station>> makeAsync, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            return find() ?? await makeAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Station> KeepOwnSystemAsync(CancellationToken token)
    {
        MachineRun run = Begin("own-system");
        VirtualDisk own = await disk.OverlayAsync(Path.Combine(run.WorkDirectory, "laptop.qcow2"), token);
        var start = new Startup.DirectKernel(disk.Kernel, disk.Initrd, disk.CommandLine);
        VirtualMachine machine = await run.StartAsync(Laptop.Name, start, [own], run.LaptopEnd, token);
        try
        {
            await ConsoleShell.LogInAsync(Laptop.Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
            return await Station.KeepAsync([machine], token);
        }
        finally
        {
            await machine.DisposeAsync();
        }
    }

    private async Task<Station> KeepPayloadAsync(CancellationToken token)
    {
        MachineRun run = Begin("payload");
        VirtualDisk own = await disk.OverlayAsync(Path.Combine(run.WorkDirectory, "laptop.qcow2"), token);
        await using Laptop laptop = await Laptop.StartAsync(run, disk, own, keyFile, token, withShell: true);
        await laptop.ServeAsync(token, Settings);
        await using Desktop desktop = await Desktop.StartAsync(run, DesktopName, DesktopStart.Direct, keyFile, token);
        await desktop.LogInAsync(token);
        return await Station.KeepAsync([laptop.Machine, desktop.Machine], token);
    }

    private MachineRun Begin(string name)
    {
        var run = new MachineRun(Path.Combine(directory, name), Path.Combine(directory, name, "log"), ramdisk) { IsKept = true };
        _runs.Add(run);
        return run;
    }
}

/// <summary>A laptop at the prompt of its own system.</summary>
public sealed record LaptopAtPrompt(VirtualMachine Machine, ConsoleShell Shell) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Machine.DisposeAsync();
}

/// <summary>A laptop that serves, and a desktop at the payload's prompt.</summary>
public sealed record RunningPayload(Laptop Laptop, Desktop Desktop, ConsoleShell Shell) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Desktop.DisposeAsync();
        await Laptop.DisposeAsync();
    }
}
