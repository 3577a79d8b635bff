using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>What must hold on the laptop's disk when both machines are off.</summary>
public static class DiskChecks
{
    /// <summary>A file that the desktop wrote is there.</summary>
    /// <exception cref="MachineException">It is not, or differs.</exception>
    public static async Task FileAsync(DiskImage image, int partition, string path, string content, CancellationToken token)
    {
        var found = (await image.ReadFileAsync(partition, path, token)).Trim();
        if (found != content)
        {
            throw new MachineException($"{path} on the laptop's disk should hold `{content}` as the desktop wrote it, but holds `{found}`");
        }
    }

    /// <summary>The file system needs no repair, not even its journal.</summary>
    /// <exception cref="MachineException">It does.</exception>
    public static async Task CleanAsync(DiskImage image, int partition, CancellationToken token)
    {
        if (await image.CheckAsync(partition, token) is { } complaint)
        {
            throw new MachineException($"the file system on the laptop's disk is not clean: {complaint.Trim()}");
        }
    }
}
