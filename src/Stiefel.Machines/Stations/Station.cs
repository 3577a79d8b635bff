using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Machines.Stations;

/// <summary>
/// Machines that were saved at one moment of a boot, from which any number of runs can continue. QEMU stores a machine's memory in its disk
/// images (savevm), so every writable disk is a qcow2 image here. A run loads copies of them, and the station stays unchanged. A loaded
/// machine repeats its random state, so a test that keys, nonces or answers are fresh has to boot instead.
/// </summary>
public sealed class Station
{
    private const string Moment = "kept";

    private readonly IReadOnlyList<VirtualMachineOptions> _machines;

    private Station(IReadOnlyList<VirtualMachineOptions> machines) => _machines = machines;

    /// <summary>Saves running machines, all at the same moment; they continue afterwards.</summary>
    /// <param name="machines">The machines, in the order in which they must start; their run must have <see cref="MachineRun.IsKept"/>.</param>
    /// <param name="directory">The directory for the station's images, which are copies of the machines' images.</param>
    /// <param name="token">Cancels the work.</param>
    /// <exception cref="MachineException">A machine cannot be saved.</exception>
    public static async Task<Station> KeepAsync(IReadOnlyList<VirtualMachine> machines, string directory, CancellationToken token)
    {
        foreach (var machine in machines)
        {
            await machine.PauseAsync(token);
        }

        Directory.CreateDirectory(directory);
        var kept = new List<VirtualMachineOptions>();
        foreach (var machine in machines)
        {
            await machine.KeepAsync(Moment, token);
            kept.Add(await CopyAsync(machine.Options with { KeptAs = Moment }, directory, token));
        }

        var station = new Station(kept);
        await station.CheckAsync(token);
        foreach (var machine in machines)
        {
            await machine.GoOnAsync(token);
        }

        return station;
    }

    /// <summary>Loads the machines into a new run, with copies of their disks; they continue from the moment at which they were saved.</summary>
    /// <param name="run">The run.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="change">Changes options that the running system does not notice, such as the recording of the cable.</param>
    /// <exception cref="MachineException">The station is damaged.</exception>
    public async Task<IReadOnlyList<VirtualMachine>> TakeUpAsync(MachineRun run, CancellationToken token, Func<VirtualMachineOptions, VirtualMachineOptions>? change = null)
    {
        var machines = new List<VirtualMachine>();
        try
        {
            foreach (var kept in _machines)
            {
                var own = await CopyAsync(kept, run.WorkDirectory, token);
                machines.Add(await run.TakeUpAsync(change is null ? own : change(own), token));
            }

            foreach (var machine in machines)
            {
                await machine.GoOnAsync(token);
            }

            return machines;
        }
        catch
        {
            foreach (var machine in machines)
            {
                await machine.DisposeAsync();
            }

            throw;
        }
    }

    private async Task CheckAsync(CancellationToken token)
    {
        foreach (var image in _machines.SelectMany(Images))
        {
            if (!await KeptImage.HoldsAsync(image, Moment, token))
            {
                throw new MachineException($"{image} does not contain the machine that was saved in it; remove the file and run again");
            }
        }
    }

    // Copy the file instead of making an overlay, because a saved state cannot be loaded through an overlay.
    private static async Task<VirtualMachineOptions> CopyAsync(VirtualMachineOptions kept, string directory, CancellationToken token)
    {
        var disks = new List<VirtualDisk>();
        foreach (var disk in kept.Disks)
        {
            disks.Add(disk.ReadOnly ? disk : disk with { Path = await CopyAsync(disk.Path, directory, token) });
        }

        return kept with { Disks = disks, StateFile = await CopyAsync(kept.StateFile!, directory, token) };
    }

    private static async Task<string> CopyAsync(string image, string directory, CancellationToken token)
    {
        var copy = Path.Combine(directory, Path.GetFileName(image));
        await DiskCopy.MakeAsync(image, copy, token);
        return copy;
    }

    private static IEnumerable<string> Images(VirtualMachineOptions machine) =>
        machine.Disks.Where(disk => !disk.ReadOnly).Select(disk => disk.Path).Append(machine.StateFile!);
}
