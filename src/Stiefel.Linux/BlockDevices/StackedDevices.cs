using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Closes what is built upon a disk (LUKS, LVM and other device-mapper devices, RAID) by calls of the kernel, for when there is no
/// cryptsetup, dmsetup or mdadm.
/// </summary>
/// <param name="sysfs">Knows which device is built upon which.</param>
/// <param name="devices">The directory of device nodes.</param>
public sealed unsafe class StackedDevices(BlockSysfs sysfs, string devices = "/dev")
{
    // Documentation/admin-guide/md.rst: "clear" removes devices, size and level of an array, like the ioctl STOP_ARRAY.
    private const string StoppedArray = "clear";

    /// <summary>Everything built upon a disk or its partitions, by the kernel's names, in the order in which it must be closed: topmost first.</summary>
    public IReadOnlyList<string> Above(string disk)
    {
        var order = new List<string>();
        AddAbove(disk, order, [disk]);
        return order;
    }

    /// <summary>Closes a device on which nothing is built any more.</summary>
    /// <exception cref="LinuxException">EBUSY: the mapping is in use.</exception>
    /// <exception cref="IOException">The array is in use.</exception>
    /// <exception cref="NotSupportedException">The device is neither a mapping nor an array.</exception>
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
            throw new NotSupportedException($"/dev/{name}: neither a device-mapper device nor a RAID array, so it cannot be closed here");
        }
    }

    /// <summary>The device's name for people.</summary>
    public string Describe(string name) => sysfs.DescribeHolder(name);

    /// <summary>Detaches every loop device from its backing file, which may lie on the disk.</summary>
    public void DetachLoops()
    {
        foreach (var name in sysfs.Loops())
        {
            using var loop = Fcntl.open(Path.Combine(devices, name), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0);
            if (!loop.IsInvalid)
            {
                // A loop device in use is detached when it is closed for the last time.
                _ = LinuxFs.ioctl(loop, LinuxFs.LOOP_CLR_FD, null);
            }
        }
    }

    /// <summary>A device's number in the form that the device mapper takes (linux/kdev_t.h, huge_encode_dev).</summary>
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
