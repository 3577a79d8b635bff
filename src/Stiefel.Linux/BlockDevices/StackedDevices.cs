using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// What is built upon a disk: LUKS, LVM and whatever else the device mapper makes, RAID. Closed by the kernel itself, when there is no
/// cryptsetup, dmsetup or mdadm to do it.
/// </summary>
/// <param name="sysfs">Tells what stands on what.</param>
/// <param name="devices">Where device nodes are.</param>
public sealed unsafe class StackedDevices(BlockSysfs sysfs, string devices = "/dev")
{
    // man 5 md in sysfs (Documentation/admin-guide/md.rst): no devices, no size, no level; the same as STOP_ARRAY.
    private const string StoppedArray = "clear";

    /// <summary>All that stands on a disk or on its partitions, in the order in which it must be closed: by the kernel's names, the uppermost first.</summary>
    public IReadOnlyList<string> Above(string disk)
    {
        var order = new List<string>();
        AddAbove(disk, order, [disk]);
        return order;
    }

    /// <summary>Closes one device on which nothing stands any more.</summary>
    /// <exception cref="LinuxException">EBUSY: somebody uses it.</exception>
    /// <exception cref="IOException">The same of an array.</exception>
    /// <exception cref="NotSupportedException">It is of a kind that is not known here.</exception>
    public void Close(string name)
    {
        if (name.StartsWith("dm-", StringComparison.Ordinal) && sysfs.NumberOf(name) is { } number)
        {
            RemoveMapping(number);
        }
        else if (name.StartsWith("md", StringComparison.Ordinal))
        {
            File.WriteAllText(Path.Combine(sysfs.PlaceOf(name), "md/array_state"), StoppedArray);
        }
        else
        {
            throw new NotSupportedException($"/dev/{name}: how to close this is not known");
        }
    }

    /// <summary>What it is called, for a line of text.</summary>
    public string Describe(string name) => sysfs.DescribeHolder(name);

    /// <summary>Takes the backing file away from every loop device that has one: it may lie on the disk.</summary>
    public void DetachLoops()
    {
        foreach (var name in sysfs.Loops())
        {
            using var loop = Fcntl.open(Path.Combine(devices, name), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0);
            if (!loop.IsInvalid)
            {
                // In use still, it is detached when it is closed for the last time.
                _ = LinuxFs.ioctl(loop, LinuxFs.LOOP_CLR_FD, null);
            }
        }
    }

    /// <summary>linux/kdev_t.h, huge_encode_dev: what the device mapper takes a device's number as.</summary>
    internal static ulong Encode(DeviceNumber number) =>
        (number.Minor & 0xff) | ((ulong)number.Major << 8) | ((ulong)(number.Minor & ~0xffu) << 12);

    private void AddAbove(string name, List<string> order, HashSet<string> seen)
    {
        foreach (var holder in (string[])[.. sysfs.HoldersOf(name), .. sysfs.PartitionsOf(name)])
        {
            if (!seen.Add(holder))
            {
                continue;
            }

            AddAbove(holder, order, seen);
            if (sysfs.DiskOf(holder) is null)
            {
                order.Add(holder);
            }
        }
    }

    private void RemoveMapping(DeviceNumber number)
    {
        var control = Path.Combine(devices, "mapper/control");
        using var mapper = Fcntl.open(control, Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0);
        if (mapper.IsInvalid)
        {
            throw LinuxException.FromLastError($"open(\"{control}\")");
        }

        var request = new LinuxDeviceMapper.dm_ioctl
        {
            data_size = (uint)sizeof(LinuxDeviceMapper.dm_ioctl),
            data_start = (uint)sizeof(LinuxDeviceMapper.dm_ioctl),
            dev = Encode(number),
        };
        request.version[0] = LinuxDeviceMapper.DM_VERSION_MAJOR;
        if (LinuxFs.ioctl(mapper, LinuxDeviceMapper.DM_DEV_REMOVE, &request) != 0)
        {
            throw LinuxException.FromLastError($"ioctl(DM_DEV_REMOVE, {number})");
        }
    }
}
