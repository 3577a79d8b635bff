using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>The file systems that are windows into the kernel: proc, sysfs, devtmpfs.</summary>
public static class KernelFileSystem
{
    /// <summary>Mounts one, making the directory if need be. Throws <see cref="LinuxException"/>, EBUSY if it is mounted there already.</summary>
    public static void Mount(string type, string directory, bool holdsDevices = false)
    {
        Directory.CreateDirectory(directory);
        var flags = MS_NOSUID | MS_NOEXEC | (holdsDevices ? 0 : MS_NODEV);
        if (SysMount.mount(type, directory, type, (nuint)(uint)flags, null) != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{type}\", \"{directory}\", \"{type}\")");
        }
    }

    /// <summary>Takes it away at once for everybody who looks, even while files on it are open (MNT_DETACH).</summary>
    public static void Detach(string directory)
    {
        if (SysMount.umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
        {
            throw LinuxException.FromLastError($"umount2(\"{directory}\", MNT_DETACH)");
        }
    }
}
