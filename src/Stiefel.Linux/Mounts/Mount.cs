using System.Diagnostics;
using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>Mounts foreign file systems without changing a byte on their devices, and unmounts them.</summary>
public static class Mount
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>True if <see cref="ReadOnlyWithoutReplay"/> can mount the type, by blkid's name.</summary>
    public static bool Supports(string type) => ReplayFreeOptions.Knows(type);

    /// <summary>
    /// Mounts read-only, without journal replay, device files, set-user-ID programs or execution. While it is mounted, the kernel refuses
    /// every write to the device; disposing of the result unmounts it, and unlocks the device if it was not locked before.
    /// </summary>
    /// <param name="device">A block device.</param>
    /// <param name="directory">An existing, empty directory.</param>
    /// <param name="type">The type, by blkid's name.</param>
    /// <param name="subvolume">btrfs only: `subvol=…` or `subvolid=…`; null for the default subvolume.</param>
    /// <exception cref="LinuxException">The kernel refused; EBUSY if the device is in use.</exception>
    /// <exception cref="NotSupportedException">The type cannot be mounted without writing.</exception>
    public static ReadOnlyMount ReadOnlyWithoutReplay(string device, string directory, string type, string? subvolume = null)
    {
        (var kernelType, var choices) = ReplayFreeOptions.For(type, subvolume);
        var wasLocked = DeviceWriteLock.IsSet(device);
        if (!wasLocked)
        {
            LockUnused(device);
        }

        try
        {
            MountFirst(device, directory, kernelType, choices);
            return new ReadOnlyMount(device, directory, unlock: !wasLocked);
        }
        catch when (!wasLocked)
        {
            DeviceWriteLock.Set(device, refuse: false);
            throw;
        }
    }

    /// <summary>True if nothing in the kernel holds a block device: no mount in any namespace, no mapping, no swap.</summary>
    /// <exception cref="LinuxException">There is no such device.</exception>
    public static bool IsDeviceFree(string device) => DeviceWriteLock.IsFree(device);

    /// <summary>Removes one mount.</summary>
    /// <exception cref="LinuxException">EBUSY: a file on it was open for longer than a second.</exception>
    public static void Unmount(string directory)
    {
        var start = Stopwatch.GetTimestamp();
        while (SysMount.umount2(directory, UMOUNT_NOFOLLOW) != 0)
        {
            // Retry: a program that is just being started holds copies of all our descriptors until its execve.
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EBUSY || Stopwatch.GetElapsedTime(start) > s_patience)
            {
                throw new LinuxException($"umount2(\"{directory}\")", errno);
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Removes, newest first, what a dead process left mounted on or below a directory, and unlocks the devices.</summary>
    /// <returns>The mounts that were removed.</returns>
    /// <exception cref="LinuxException">A mount is in use.</exception>
    public static IReadOnlyList<MountEntry> RemoveStale(string directory)
    {
        var stale = MountTable.Under(directory);
        foreach (var mount in stale.Reverse())
        {
            Unmount(mount.Directory);
            if (mount.Source.StartsWith('/') && DeviceWriteLock.IsFree(mount.Source))
            {
                DeviceWriteLock.Set(mount.Source, refuse: false);
            }
        }

        return stale;
    }

    private static void LockUnused(string device)
    {
        // Do not lock a device whose file system something else has mounted for writing: that would break it.
        if (!DeviceWriteLock.IsFree(device))
        {
            throw new LinuxException($"open(\"{device}\", O_EXCL)", Errno.EBUSY);
        }

        DeviceWriteLock.Set(device, refuse: true);
    }

    private static void MountFirst(string device, string directory, string type, IReadOnlyList<string> choices)
    {
        var flags = (nuint)(uint)(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME);
        for (var choice = 0; ; choice++)
        {
            if (SysMount.mount(device, directory, type, flags, choices[choice]) == 0)
            {
                return;
            }

            // EINVAL: this kernel does not know an option, so try the next choice.
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINVAL || choice == choices.Count - 1)
            {
                throw new LinuxException($"mount(\"{device}\", \"{directory}\", \"{type}\", MS_RDONLY, \"{choices[choice]}\")", errno);
            }
        }
    }
}
