using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>Finds active swap on a disk in /proc/swaps. Swap files are not looked for: their mounted file system is a reason already.</summary>
internal static class SwapAreas
{
    /// <summary>One reason for each swap area on a member of the family.</summary>
    public static IEnumerable<DiskUseReason> Find(DiskFamily family, IEnumerable<string> swaps)
    {
        foreach (var line in swaps)
        {
            // Each line after the headings has: Filename  Type  Size  Used  Priority
            var path = MountedFileSystems.Unescape(line.Split([' ', '\t'], 2)[0]);
            if (path.StartsWith('/') && family.TryFind(DeviceNumber.OfBlockDevice(path), out var name))
            {
                yield return new DiskUseReason(DiskUseKind.Swap, $"/dev/{name} is active swap: switch it off (swapoff /dev/{name})");
            }
        }
    }
}
