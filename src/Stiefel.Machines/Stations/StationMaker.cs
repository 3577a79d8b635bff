using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Machines.Stations;

/// <summary>
/// Makes the stations of one boot when the first of them is needed, and keeps them until it is disposed: the laptop at its own system's prompt, the
/// laptop that serves, and the serving laptop with the desktop at the payload's prompt. A single boot makes all three; each can be used at once.
/// </summary>
public sealed class StationMaker : IDisposable
{
    // Makes a desktop that has lost its disk fail within a test's time limit.
    private const string Settings = "stiefel.Link.DeadConnectionSeconds=120";
    private const string DesktopName = "desktop";

    private readonly string _directory;
    private readonly RamdiskParts _ramdisk;
    private readonly CancellationTokenSource _end = new();
    private readonly Lazy<Task> _making;
    private readonly TaskCompletionSource<Station> _ownSystem = Promise(), _serving = Promise(), _payload = Promise();

    /// <param name="directory">The directory for images and logs; it is removed at the end.</param>
    /// <param name="ramdisk">The ramdisk of both machines.</param>
    /// <param name="disk">The laptop's disk.</param>
    /// <param name="keyFile">The key that laptop and desktop share.</param>
    public StationMaker(string directory, RamdiskParts ramdisk, LaptopDisk disk, string keyFile)
    {
        (_directory, _ramdisk, Disk, KeyFile) = (directory, ramdisk, disk, keyFile);
        _making = new Lazy<Task>(MakeAsync);
    }

    /// <summary>The laptop's disk in all stations.</summary>
    public LaptopDisk Disk { get; }

    /// <summary>The key that laptop and desktop share.</summary>
    public string KeyFile { get; }

    /// <summary>Loads the laptop at the prompt of its own system.</summary>
    public async Task<LaptopAtPrompt> TakeUpOwnSystemAsync(MachineRun run, CancellationToken token)
    {
        var machine = (await TakeUpAsync(_ownSystem, run, null, token))[0];
        return new LaptopAtPrompt(machine, await ConsoleShell.OverPromptAsync(Laptop.Name, machine.Console, token));
    }

    /// <summary>Loads the laptop while it serves its disk, with a shell in its ramdisk.</summary>
    /// <param name="run">The run.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="beeper">A WAV file that records the beeper; null for none.</param>
    public async Task<Laptop> TakeUpServingAsync(MachineRun run, CancellationToken token, string? beeper = null) =>
        Laptop.TakenUp(run, (await TakeUpAsync(_serving, run, machine => machine with { BeeperRecording = beeper }, token))[0]);

    /// <summary>Loads both machines: the laptop serves, and the desktop is at the payload's prompt.</summary>
    /// <param name="run">The run.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="recording">A file that records all traffic on the cable; null for none.</param>
    /// <param name="afterReset">What the laptop starts after a reset; null for its own system.</param>
    public async Task<RunningPayload> TakeUpPayloadAsync(MachineRun run, CancellationToken token, string? recording = null, Startup? afterReset = null)
    {
        var machines = await TakeUpAsync(
            _payload,
            run,
            machine => machine.Name == DesktopName
                ? machine with { Cable = machine.Cable! with { Recording = recording } }
                : machine with { Startup = afterReset ?? machine.Startup },
            token);
        var shell = await ConsoleShell.OverPromptAsync(DesktopName, machines[1].Console, token);
        return new RunningPayload(Laptop.TakenUp(run, machines[0]), Desktop.TakenUp(machines[1]), shell);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        if (_making.IsValueCreated)
        {
            _making.Value.Wait();
        }

        _end.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static TaskCompletionSource<Station> Promise() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<IReadOnlyList<VirtualMachine>> TakeUpAsync(TaskCompletionSource<Station> promise, MachineRun run, Func<VirtualMachineOptions, VirtualMachineOptions>? change, CancellationToken token)
    {
        _ = _making.Value;
        var station = await promise.Task.WaitAsync(token);
        return await station.TakeUpAsync(run, token, change);
    }

    // Never throws: the reason of a failure is reported to each caller that asks for a station that was not reached.
    private async Task MakeAsync()
    {
        using var run = new MachineRun(Path.Combine(_directory, "run"), Path.Combine(_directory, "log"), _ramdisk) { IsKept = true };
        try
        {
            await BootAsync(run, _end.Token);
        }
        catch (Exception error)
        {
            var reason = new MachineException($"the saved machines for the tests could not be made: {error.Message}\n{run.DescribeConsoles()}", error);
            foreach (var promise in (TaskCompletionSource<Station>[])[_ownSystem, _serving, _payload])
            {
                promise.TrySetException(reason);
            }
        }
    }

    private async Task BootAsync(MachineRun run, CancellationToken token)
    {
        var own = await Disk.OverlayAsync(Path.Combine(run.WorkDirectory, "laptop.qcow2"), token);
        await using var laptop = await Laptop.StartAsync(run, Disk, own, KeyFile, token, withShell: true);
        _ownSystem.SetResult(await KeepAsync("own-system", laptop.Machine));
        await laptop.ServeAsync(token, Settings);
        _serving.SetResult(await KeepAsync("serving", laptop.Machine));
        await using var desktop = await Desktop.StartAsync(run, DesktopName, DesktopStart.Direct, KeyFile, token);
        await desktop.LogInAsync(token);
        _payload.SetResult(await KeepAsync("payload", laptop.Machine, desktop.Machine));

        Task<Station> KeepAsync(string name, params VirtualMachine[] machines) => Station.KeepAsync(machines, Path.Combine(_directory, name), token);
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
