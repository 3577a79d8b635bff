using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>Checks of the laptop's disk when both machines are off.</summary>
public static class DiskChecks
{
    /// <summary>Checks that a file has the content that the desktop wrote.</summary>
    /// <exception cref="MachineException">The file is missing, or its content differs.</exception>
    public static async Task FileAsync(DiskImage image, int partition, string path, string content, CancellationToken token)
    {
        var found = (await image.ReadFileAsync(partition, path, token)).Trim();
        if (found != content)
        {
            throw new MachineException($"{path} on the laptop's disk should contain `{content}`, which the desktop wrote, but contains `{found}`");
        }
    }

    /// <summary>Checks that the file system needs no repair and no journal replay.</summary>
    /// <exception cref="MachineException">The file system is not clean.</exception>
    public static async Task CleanAsync(DiskImage image, int partition, CancellationToken token)
    {
        if (await image.CheckAsync(partition, token) is { } complaint)
        {
            throw new MachineException($"the file system on the laptop's disk is not clean: {complaint.Trim()}");
        }
    }
}
