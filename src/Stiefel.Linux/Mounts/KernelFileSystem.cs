using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>Mounts the kernel's own file systems: proc, sysfs, devtmpfs.</summary>
public static class KernelFileSystem
{
    /// <summary>Mounts one, and creates the directory if it does not exist. Throws <see cref="LinuxException"/>; EBUSY if it is mounted there already.</summary>
    public static void Mount(string type, string directory, bool holdsDevices = false)
    {
        Directory.CreateDirectory(directory);
        var flags = MS_NOSUID | MS_NOEXEC | (holdsDevices ? 0 : MS_NODEV);
        if (SysMount.mount(type, directory, type, (nuint)(uint)flags, null) != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{type}\", \"{directory}\", \"{type}\")");
        }
    }

    /// <summary>Unmounts it at once, even while files on it are open (MNT_DETACH). Throws <see cref="LinuxException"/>.</summary>
    public static void Detach(string directory)
    {
        if (SysMount.umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
        {
            throw LinuxException.FromLastError($"umount2(\"{directory}\", MNT_DETACH)");
        }
    }
}
