using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>Active swap on a disk, from /proc/swaps. Swap files need no look: their file system is mounted.</summary>
internal static class SwapAreas
{
    /// <summary>One reason for each swap area of the family.</summary>
    public static IEnumerable<DiskUseReason> Find(DiskFamily family, IEnumerable<string> swaps)
    {
        foreach (var line in swaps)
        {
            // Filename  Type  Size  Used  Priority, after a line of headings
            var path = MountedFileSystems.Unescape(line.Split([' ', '\t'], 2)[0]);
            if (path.StartsWith('/') && family.TryFind(DeviceNumber.OfBlockDevice(path), out var name))
            {
                yield return new DiskUseReason(DiskUseKind.Swap, $"/dev/{name} is active swap: switch it off (swapoff /dev/{name})");
            }
        }
    }
}
