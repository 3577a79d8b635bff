using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;

namespace Stiefel.Machines.Scenarios;

/// <summary>Files handed to a machine on a disk of its own, as on a stick, since nothing of Stiefel is on the laptop's.</summary>
public static class HandInDisk
{
    /// <summary>Makes one; it goes with the run's directory.</summary>
    /// <param name="run">The run.</param>
    /// <param name="fillAsync">Puts the files into the empty directory that it is told.</param>
    /// <param name="token">Ends it.</param>
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
