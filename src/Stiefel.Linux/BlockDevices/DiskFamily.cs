using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// All devices whose use counts as use of one disk: the disk, its partitions, and everything built upon them. For a
/// partition: the partition, everything built upon it, and its whole disk with everything built upon the disk itself.
/// </summary>
internal sealed class DiskFamily
{
    // Deeper than any real stack; this ends the walk if sysfs should ever show a circle.
    private const int MaxDepth = 16;

    private readonly Dictionary<DeviceNumber, string> _members = [];
    private readonly List<DiskUseReason> _holders = [];
    private readonly BlockSysfs _sysfs;

    private DiskFamily(BlockSysfs sysfs) => _sysfs = sysfs;

    /// <summary>One reason for every device that is built directly upon another member.</summary>
    public IReadOnlyList<DiskUseReason> Holders => _holders;

    /// <summary>Collects the family of a device, given by the kernel's name.</summary>
    public static DiskFamily Of(string name, BlockSysfs sysfs)
    {
        var family = new DiskFamily(sysfs);
        family.Add(name, 0);
        foreach (var partition in sysfs.PartitionsOf(name))
        {
            family.Add(partition, 0);
        }

        if (sysfs.DiskOf(name) is { } disk)
        {
            // A whole disk that is mounted, or part of a RAID, uses its partitions, too.
            family.Add(disk, 0);
        }

        return family;
    }

    /// <summary>The kernel's names of all members.</summary>
    public IReadOnlyCollection<string> Names => _members.Values;

    /// <summary>The kernel's name of a member; false if the device does not belong to the family.</summary>
    public bool TryFind(DeviceNumber? number, out string name)
    {
        name = "";
        return number is { } value && _members.TryGetValue(value, out name!);
    }

    private void Add(string name, int depth)
    {
        if (depth > MaxDepth || _sysfs.NumberOf(name) is not { } number || !_members.TryAdd(number, name))
        {
            return;
        }

        foreach (var holder in _sysfs.HoldersOf(name))
        {
            _holders.Add(new DiskUseReason(DiskUseKind.Held, $"/dev/{name} is in use by {_sysfs.DescribeHolder(holder)}: close that first"));
            Add(holder, depth + 1);
        }
    }
}
