using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Start;

/// <summary>The mounts that are needed to see the hardware. They are removed before the initramfs's own init starts, which makes its own.</summary>
internal sealed class EarlyMounts
{
    private static readonly (string Type, string Directory, bool HoldsDevices)[] s_table =
    [
        ("proc", "/proc", false),
        ("sysfs", "/sys", false),
        ("devtmpfs", "/dev", true),
    ];

    private readonly Stack<string> _mounted = new();

    private EarlyMounts()
    {
    }

    internal static EarlyMounts Mount()
    {
        var mounts = new EarlyMounts();
        foreach (var (type, directory, holdsDevices) in s_table)
        {
            try
            {
                KernelFileSystem.Mount(type, directory, holdsDevices);
                mounts._mounted.Push(directory);
            }
            catch (LinuxException exception) when (exception.Errno == Errno.EBUSY)
            {
                // It is mounted already, so it is not ours to unmount.
            }
        }

        return mounts;
    }

    internal void Unmount()
    {
        while (_mounted.TryPop(out var directory))
        {
            KernelFileSystem.Detach(directory);
        }
    }
}
