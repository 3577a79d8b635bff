using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Machines.Stations;

/// <summary>
/// Machines that were kept at one moment of a boot, from which any number of runs go on. QEMU keeps a machine's memory in its disk images
/// (savevm), so every writable disk is a qcow2 image here; a run takes up copies of them, and the station stays as it is. A machine that is
/// taken up repeats its random state: what shows that keys, nonces or answers are fresh has to boot.
/// </summary>
public sealed class Station
{
    private const string Moment = "kept";

    private readonly IReadOnlyList<VirtualMachineOptions> _machines;

    private Station(IReadOnlyList<VirtualMachineOptions> machines) => _machines = machines;

    /// <summary>Keeps running machines, all at the same moment; they go on afterwards.</summary>
    /// <param name="machines">In the order in which they must start; of a run that is kept.</param>
    /// <param name="directory">Where the station's images go, copies of the machines'.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="MachineException">One cannot be kept.</exception>
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

    /// <summary>Takes the machines up in a run of their own, with copies of their disks; they go on from the moment at which they were kept.</summary>
    /// <param name="run">The run.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="change">What is different in each machine, of what its running system does not see, such as where its cable is recorded.</param>
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
                throw new MachineException($"{image} does not hold the machine that was kept in it; remove it and begin anew");
            }
        }
    }

    // A copy of the file, not an image over it: what is kept in an image is not seen through another.
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
