using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;

namespace Stiefel.Machines.Scenarios;

/// <summary>Hands files to a machine on a separate disk, as on a stick, since the laptop's own disk contains nothing from Stiefel.</summary>
public static class HandInDisk
{
    /// <summary>Makes such a disk in the run's directory.</summary>
    /// <param name="run">The run.</param>
    /// <param name="fillAsync">Writes the files to the empty directory at the given path.</param>
    /// <param name="token">Cancels the work.</param>
    public static async Task<VirtualDisk> MakeAsync(MachineRun run, Func<string, Task> fillAsync, CancellationToken token)
    {
        var directory = Path.Combine(run.WorkDirectory, "hand-in");
        Directory.CreateDirectory(directory);
        await fillAsync(directory);
        var image = directory + ".img";
        await Ext4Image.CreateAsync(image, directory, token);
        Directory.Delete(directory, recursive: true);
        return new VirtualDisk(image, ReadOnly: true);
    }
}
