using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>Mounts a file system in the ordinary way, with journal replay, for as long as one file on it is changed.</summary>
public static class WritableMount
{
    /// <summary>Mounts without device files, set-user-ID programs or execution, acts, and unmounts.</summary>
    /// <param name="device">A block device that nothing else uses.</param>
    /// <param name="directory">An existing, empty directory.</param>
    /// <param name="type">The kernel's name of the file system type (man 2 mount).</param>
    /// <param name="act">Called while it is mounted; must leave no file open.</param>
    /// <exception cref="LinuxException">The kernel refused: EROFS, EBUSY, ENODEV if it does not know the type.</exception>
    public static void Use(string device, string directory, string type, Action act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (SysMount.mount(device, directory, type, (nuint)(uint)(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME), "") != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{device}\", \"{directory}\", \"{type}\")");
        }

        try
        {
            act();
        }
        finally
        {
            Mount.Unmount(directory);
        }
    }
}
